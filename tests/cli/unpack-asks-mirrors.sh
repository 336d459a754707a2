#!/bin/sh
# unpack of what is not in the store asks the mirrors; offline only those that are directories.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file content
key=$(hdist fetch a.tar.gz)
mkdir mirror
cp -R "$HDIST_HOME/.hashdist/source/packs" mirror
expect_exit 0 hdist source rm "$key"
expect_exit 2 hdist unpack "$key" there
expect_err 'is not in the source store'

expect_exit 0 hdist config set sources.mirrors "$PWD/mirror"
expect_exit 0 hdist unpack --offline "$key" there
expect_equal "$(cat there/file)" content
expect_exit 0 hdist source rm "$key"

serve mirror
expect_exit 0 hdist config set sources.mirrors "$url"
expect_exit 1 hdist unpack --offline "$key" offline
expect_err offline
expect_equal "$(cat requests)" ''
expect_exit 0 hdist unpack "$key" online
expect_equal "$(cat online/file)" content
other=tar.gz:$(printf %051d 0 | tr 0 a)q
expect_exit 1 hdist unpack "$other" absent
expect_err "$url"
refute_file absent
