#!/bin/sh
# A terminal gets a live line, a log gets none and no escape codes; output that cannot be written is an error.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'sleep 0.3; touch $ARTIFACT/one'
stack s one
expect_exit 0 hdist update
! grep -q "$(printf '\033')" err || fail 'escape codes in a log'
expect_err 'built    one/'
recipe one 2 'sleep 0.3; touch $ARTIFACT/one'
TERM=xterm python 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$HDIST" update >screen </dev/null || fail "$(cat screen)"
grep -q 'building one 0 s' screen || fail "no live line: $(cat screen)"
! grep -q "$(printf '\033')\[[0-9]" screen || fail 'colour in spite of NO_COLOR'
code=0
hdist compile >/dev/full 2>err || code=$?
expect_equal "$code" 1
expect_err 'standard output'
code=0
hdist compile >&- 2>err || code=$?
expect_equal "$code" 1
