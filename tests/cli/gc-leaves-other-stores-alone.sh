#!/bin/sh
# A distribution with a store of its own is not touched by the gc of another, nor touches its store.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

other() { HDIST_HOME=$PWD/other "$HDIST" "$@"; }
mkdir -p other
spec one 'echo >$ARTIFACT/file' >one.json
for who in hdist other; do
  expect_exit 0 "$who" build one.json
done
find home other -name '*.json' -path '*/one/*' -exec touch -d '40 days ago' {} +
find other | sort >before
expect_exit 0 hdist gc --grace 0
expect_out 'removed   one/'
find other | sort >after
cmp before after
expect_exit 0 other resolve one
