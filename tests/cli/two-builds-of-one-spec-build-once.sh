#!/bin/sh
# The second waits for the first, says so, and takes what it made.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec once "echo ran >>$PWD/runs; touch $PWD/started; until test -e $PWD/go; do sleep 0.1; done; touch \$ARTIFACT/once" >once.json
hdist build once.json >out1 2>err1 &
first=$!
await test -e started
hdist build once.json >out2 2>err2 &
second=$!
background="$background $first $second"
await grep -q waiting err2
touch go
wait "$first"
wait "$second"
expect_equal "$(cat out1)" "$(cat out2)"
expect_equal "$(wc -l <runs)" 1
spec many "echo ran >>$PWD/runs; touch \$ARTIFACT/many" >many.json
pids=
for _ in 1 2 3 4; do
  hdist build many.json >/dev/null 2>>err &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || fail 'one of four builds at once failed'; done
expect_equal "$(wc -l <runs)" 2
