#!/bin/sh
# The command's own; 125 when the profile is missing or the usage wrong, 126 not executable, 127 not found; signals.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\nexit 7\n" >$ARTIFACT/bin/seven; chmod +x $ARTIFACT/bin/seven; touch $ARTIFACT/bin/plain'
stack s one
expect_exit 0 hdist update
expect_exit 7 hdist run s -- seven
expect_exit 0 hdist run s -- true
expect_exit 1 hdist run s -- sh -c 'exit 1'
expect_exit 143 hdist run s -- sh -c 'kill -TERM $$'
expect_exit 125 hdist run absent -- true
expect_err absent
expect_exit 126 hdist run s -- "$HDIST_HOME/.hashdist/profiles/s/bin/plain"
expect_exit 127 hdist run s -- no-such-program
expect_err no-such-program
expect_exit 127 hdist --json run s -- no-such-program
expect_equal "$(json out 'd["error"]["code"]')" process.not-found
for line in 'run' 'run s' 'run s true' 'run --frob s -- true' '-C /nonexistent run s -- true' '-j 0 run s -- true'; do
  # shellcheck disable=SC2086
  expect_exit 125 hdist $line
done
expect_equal "$(hdist run s -- printf '%s|' 'a b' '' --json '*')" 'a b||--json|*|'
expect_equal "$(echo in | hdist run "$HDIST_HOME/.hashdist/profiles/s" -- cat)" in
