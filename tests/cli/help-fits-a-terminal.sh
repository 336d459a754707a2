#!/bin/sh
# --help: at most 60 lines of 80 columns; every command has its own.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

expect_exit 0 hdist --version
grep -qE '^hdist [0-9]+\.[0-9]+' out || fail 'no version'
expect_exit 0 hdist --help
[ "$(wc -l <out)" -le 60 ] || fail 'more than 60 lines'
commands=$(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' out)
expect_out update
for command in '' $commands; do
  # shellcheck disable=SC2086
  expect_exit 0 hdist $command --help
  ! awk 'length($0) > 80' out | grep . || fail "a line of '$command --help' has more than 80 columns"
  expect_out usage
done
expect_exit 0 hdist help update
expect_out '--dry-run'
expect_exit 2 hdist
grep -q usage err || fail 'no usage without arguments'
