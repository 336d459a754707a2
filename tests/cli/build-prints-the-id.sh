#!/bin/sh
# From a file or stdin; resolve prints the directory; a second build finds it there.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec hello 'echo hi >$ARTIFACT/hi' >hello.json
expect_exit 0 hdist build <hello.json
id=$(cat out)
expect_equal "$id" "$(hdist hash hello.json)"
expect_exit 0 hdist resolve "$id"
expect_equal "$(cat "$(cat out)/hi")" hi
for word in hello "hello/$(printf %.8s "${id#hello/}")"; do
  expect_exit 0 hdist resolve "$word"
  expect_equal "$(cat "$(cat out)/hi")" hi
done
expect_exit 0 hdist --json build hello.json
expect_equal "$(json out 'd["was_present"], d["id"], d["failure"]')" "(True, '$id', None)"
[ ! -s err ] || fail 'a build that had nothing to do said something'
expect_exit 2 hdist resolve helo
expect_err helo
expect_exit 0 hdist resolve hello --root "$PWD/kept"
expect_equal "$(cat kept/hi)" hi
expect_exit 3 hdist resolve hello --root "$PWD/hello.json"
expect_err 'move it away, or give the link another path'
