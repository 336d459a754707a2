#!/bin/sh
# A file, a directory, an archive: the key, its other spellings, several at once, tags.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo content >data.txt
expect_exit 0 hdist fetch data.txt
file=$(cat out)
case $file in file:????????????????????????????????????????????????????) ;; *) fail "no key of a file: $file" ;; esac
mkdir -p tree/sub
echo x >tree/sub/x
expect_exit 0 hdist fetch tree "file:$PWD/data.txt"
dir=$(head -1 out)
case $dir in dir:*) ;; *) fail "no key of a directory: $dir" ;; esac
expect_equal "$(tail -1 out)" "$file"
hdist unpack "$dir" copy
expect_equal "$(cat copy/sub/x)" x
tarball a.tar.gz file content
expect_exit 0 hdist fetch a.tar.gz --tag one -ttwo --tag=three
key=$(cat out)
sha=$(sha256sum a.tar.gz | cut -d' ' -f1)
sri=sha256-$(python 'import base64, sys; print(base64.b64encode(bytes.fromhex(sys.argv[1])).decode())' "$sha")
for expected in "$key" "sha256:$sha" "$sri" "$(printf %.39s "$key")" "targz:${key#tar.gz:}"; do
  expect_exit 0 hdist fetch a.tar.gz "$expected"
  expect_equal "$(cat out)" "$key"
done
expect_equal "$(json "$HDIST_HOME/.hashdist/source/packs/tar.gz/${key#tar.gz:}.json" 'sorted(d["tags"])')" "['one', 'three', 'two']"
expect_exit 2 hdist fetch "$key"
expect_err 'after the address'
expect_exit 2 hdist fetch
