#!/bin/sh
# What was changed in the store is not unpacked, and nothing appears.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file content
key=$(hdist fetch a.tar.gz)
expect_exit 0 hdist unpack "$key" there
expect_equal "$(cat there/file)" content
expect_exit 2 hdist unpack "$key" there
expect_err there
expect_exit 0 hdist unpack --strip 0 "$key" whole
expect_equal "$(cat whole/top/file)" content
expect_exit 2 hdist unpack --strip some "$key" other
rm a.tar.gz # else it would be fetched again
item=$(find "$HDIST_HOME/.hashdist/source/packs/tar.gz" -type f ! -name '*.json')
chmod +w "$item"
size=$(stat -c %s "$item")
printf X | dd of="$item" bs=1 seek=$((size - 6)) conv=notrunc 2>/dev/null
expect_exit 1 hdist unpack "$key" target
expect_err "$key"
refute_file target
printf X | dd of="$item" bs=1 seek=30 conv=notrunc 2>/dev/null
expect_exit 1 hdist unpack "$key" target
refute_file target
expect_exit 2 hdist unpack "tar.gz:$(printf %051d 0 | tr 0 a)q" target
[ -z "$(find . -maxdepth 1 -name '*target*' -o -maxdepth 1 -name '.*' ! -name .)" ] || fail 'something is left'
