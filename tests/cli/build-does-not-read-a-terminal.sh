#!/bin/sh
# Without a spec, on a terminal: exit 2 and a pointer to update, no endless wait.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

python 'import os, pty, sys
status = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(status))' "$HDIST" build >screen </dev/null && code=0 || code=$?
cp screen err
expect_equal "$code" 2
expect_err 'which is a terminal'
expect_err 'hdist update STACK'
