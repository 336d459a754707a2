#!/bin/sh
# A run that was started with SIGHUP ignored (nohup) goes on after a hangup; one that was not stops, and leaves nothing.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkfifo go
recipe one 1 "touch '$PWD/started'; read line <'$PWD/go'; touch \$ARTIFACT/one"
stack s one
nohup "$HDIST" update >out 2>err &
pid=$!
background=$pid
await test -e started
kill -HUP $pid
echo line >go
wait $pid || fail 'the run ended at the hangup'
expect_file "$HDIST_HOME/.hashdist/profiles/s/one"

rm started
recipe one 2 "touch '$PWD/started'; read line <'$PWD/go'; touch \$ARTIFACT/one"
"$HDIST" update >out 2>err &
pid=$!
background=$pid
await test -e started
kill -HUP $pid
code=0
wait $pid || code=$?
expect_equal "$code" 130
