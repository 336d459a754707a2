#!/bin/sh
# With --json wrong usage is a document on stdout too; what stands after -- or belongs to an option is no --json.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# try CODE-OF-ERROR ARGUMENT...
try() {
  error=$1
  shift
  expect_exit 2 hdist "$@"
  expect_equal "$(json out 'd["error"]["code"], d["error"]["kind"]')" "('$error', 'usage')"
  [ -s err ] || fail "no text for: $*"
}
try usage.unknown-command --json frob
try usage.extra-argument --json update a b c
try usage.missing-argument --json env
try usage.directory --json -C /nonexistent update
try usage.jobs -j 0 update --json
try usage.unknown-option update --json --frob
try usage.missing-value update --json --jobs
# A variable of the shell that is not set.
try usage.empty-argument --json update ''
try usage.empty-argument --json resolve --root '' lua
try usage.empty-argument --json root add ''
try usage.empty-argument --json bundle '' key
try usage.empty-argument --json fetch --tag= x
expect_exit 125 hdist run --json
expect_equal "$(json out 'd["error"]["code"]')" usage.missing-argument
expect_exit 2 hdist frob -- --json
[ ! -s out ] || fail 'JSON that nobody asked for'
expect_exit 2 hdist --config --json frob
[ ! -s out ] || fail 'JSON that nobody asked for'
bad=$(printf 'a\377b')
try usage.unknown-command --json "$bad"
