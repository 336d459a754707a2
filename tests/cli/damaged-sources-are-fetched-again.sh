#!/bin/sh
# A source that is damaged in the store is fetched again by who needs it, and nothing is lost before that.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file content
key=$(hdist fetch a.tar.gz)
item=$HDIST_HOME/.hashdist/source/packs/tar.gz/${key#tar.gz:}
size=$(stat -c %s a.tar.gz)
flip() { chmod +w "$item"; printf X | dd of="$item" bs=1 seek=$((size - 6)) conv=notrunc 2>/dev/null; }

flip
expect_exit 0 hdist unpack "$key" one
expect_err "$key was damaged in the store, and was fetched again"
cmp a.tar.gz "$item"

flip
mv a.tar.gz elsewhere
cp "$item" damaged
expect_exit 1 hdist unpack "$key" two
expect_err 'it cannot be repaired: '
refute_file two
cmp damaged "$item"

# A build finds the damage and says so; a fetch of the same brings it again, also from another place.
expect_exit 0 hdist fetch elsewhere "$key"
cmp elsewhere "$item"
flip
spec needs 'cp file $ARTIFACT/file' '"sources": [{"key": "'"$key"'"}]' >build.json
expect_exit 1 hdist build build.json
expect_err 'is damaged'
expect_exit 0 hdist fetch elsewhere "$key"
expect_exit 0 hdist build build.json
expect_equal "$(cat "$(hdist resolve "$(cat out)")/file")" content
