#!/bin/sh
# A part of a source store that was moved away and linked is refused, with advice.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file content
key=$(hdist fetch a.tar.gz)
store=$HDIST_HOME/.hashdist/source
mv "$store/packs/tar.gz" other-disk
ln -s "$PWD/other-disk" "$store/packs/tar.gz"
for command in "unpack $key there" 'fetch a.tar.gz' 'source list' 'gc --sources'; do
  # shellcheck disable=SC2086
  expect_exit 3 hdist $command
  expect_err "$store/packs/tar.gz is a symbolic link"
  expect_err 'hdist config set sources.store DIRECTORY'
done
rm "$store/packs/tar.gz"
mv other-disk "$store/packs/tar.gz"
mv "$store/packs" other-disk
ln -s "$PWD/other-disk" "$store/packs"
expect_exit 0 hdist unpack "$key" linked
mv "$store" whole
expect_exit 0 hdist config set sources.store "$PWD/whole"
expect_exit 0 hdist unpack "$key" there
expect_equal "$(cat there/file)" content
