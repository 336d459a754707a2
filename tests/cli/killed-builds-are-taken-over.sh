#!/bin/sh
# SIGKILL of the program: its jobs vanish, and the next run builds at once.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

marker=marker-$$-$(date +%N)
spec slow "test -e $PWD/go || { export MARKER=$marker; (setsid sleep 200 &); touch $PWD/sleeping; sleep 200; }; touch \$ARTIFACT/slow" >slow.json
"$HDIST" build slow.json >out 2>err &
pid=$!
background="$background $pid"
await test -e sleeping
await has_marker "$marker"
kill -KILL "$pid"
code=0
wait "$pid" 2>/dev/null || code=$?
expect_equal "$code" 137
await no_marker "$marker"
expect_exit 2 hdist resolve slow
touch go
expect_exit 0 timeout 30 "$HDIST" build slow.json
expect_file "$(hdist resolve slow)/slow"
[ -z "$(find "$HDIST_HOME/.hashdist/artifacts" -name '*.claim.*')" ] || fail 'a claim is left'
