#!/bin/sh
# A tag that is called like a type of sources, or is no word, is wrong usage, and nothing is fetched; so is a keep- that is no time.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo content >data.txt
for tag in targz tar.gz git dir 'a b' 'x,y'; do
  expect_exit 2 hdist fetch data.txt "--tag=$tag"
  expect_err "'$tag' is no tag"
done
expect_exit 0 hdist source list
expect_equal "$(cat out)" ''
printf '[sources]\nkeep-ci = soon\n' >"$HDIST_HOME/.hashdistconfig"
expect_exit 2 hdist gc --sources
expect_err 'keep-ci'
