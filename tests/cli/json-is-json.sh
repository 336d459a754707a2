#!/bin/sh
# What --json prints is one document, also when it is an error; --quiet keeps to errors.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
stack single one
for line in 'update --dry-run' update 'compile' 'config list' 'config get builder.store' 'env single' 'resolve one' 'fetch stack.yaml' \
  'makeprofile other one'; do
  # shellcheck disable=SC2086
  expect_exit 0 hdist --json $line
  json out 'd' >/dev/null || fail "no JSON from $line"
done
for line in 'update absent.yaml' 'resolve none' 'env none' 'fetch /absent' 'hash stack.yaml' 'update --only none' 'run none -- true'; do
  # shellcheck disable=SC2086
  hdist --json $line >out 2>err && fail "no failure: $line"
  json out 'd["error"]["code"] + d["error"]["message"]' >/dev/null || fail "no error as JSON from $line"
done
recipe one 2 'false'
expect_exit 1 hdist update --json
expect_equal "$(json out 'd["ok"], d["profile"], d["tasks"][-1]["failure"]["stage"]')" "(False, None, 'all')"
recipe one 3 'touch $ARTIFACT/three'
expect_exit 0 hdist --quiet update
[ ! -s err ] || fail 'progress in spite of --quiet'
