#!/bin/sh
# With --json the version, every page of help and a completion script are one document each; so is the lack of a command.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

expect_equal "hdist $(hdist --json --version | python 'import json, sys; print(json.load(sys.stdin)["version"])')" "$(hdist --version)"
for line in --help 'update --help' help 'help update' 'help --man' 'help --man update' 'help --completion bash'; do
  # shellcheck disable=SC2086
  hdist $line >plain
  # shellcheck disable=SC2086
  expect_exit 0 hdist --json $line
  expect_equal "$(json out 'd["text"] == open("plain").read()')" True
done
expect_exit 0 hdist --json help --install share
expect_equal "$(json out 'd["path"]')" "$PWD/share"
for line in '' 'help frob' 'help --completion tcsh'; do
  # shellcheck disable=SC2086
  expect_exit 2 hdist --json $line
  expect_equal "$(json out 'd["error"]["kind"]')" usage
  [ -s err ] || fail "no text for: $line"
done
expect_exit 2 hdist --json
expect_equal "$(json out 'd["error"]["code"]')" usage.missing-command
