#!/bin/sh
# What a single file is called where it is unpacked depends on the spec alone, not on where it came from.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo content >first-name.txt
key=$(hdist fetch first-name.txt)
expect_exit 0 hdist unpack "$key" some/fix.patch
expect_equal "$(cat some/fix.patch) $(ls some)" 'content fix.patch'
expect_exit 2 hdist unpack "$key" some/fix.patch
expect_err 'is there already'
mkdir empty
expect_exit 0 hdist unpack "$key" empty
expect_equal "$(ls empty)" source
spec a 'find . -type f | sort | tr "\n" " " >$ARTIFACT/files' \
  '"sources": [{"key": "'"$key"'", "target": "d/fix.patch"}, {"key": "'"$key"'"}, {"key": "'"$key"'", "target": "d"}]' >a.json
expect_exit 0 hdist build a.json
expect_equal "$(cat "$(hdist resolve "$(cat out)")/files")" './d/fix.patch ./d/source ./source '
ln -s "$PWD/empty" evil.link
mkdir tree
mv evil.link tree/link
tree=$(hdist fetch tree)
spec b true '"sources": [{"key": "'"$tree"'"}, {"key": "'"$key"'", "target": "link"}]' >b.json
expect_exit 2 hdist build b.json
expect_err 'is there already'
recipe c 1 true "sources: [{key: \"$key\", url: first-name.txt}]"
stack s c
expect_exit 2 hdist update
expect_err "a single file needs a 'target'"
