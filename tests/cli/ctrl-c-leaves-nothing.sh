#!/bin/sh
# SIGINT while builds run: exit 130, none of their processes is left, and the next run goes on.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

marker=marker-$$-$(date +%N)
recipe first 1 'touch $ARTIFACT/first'
recipe slow 1 "test -e $PWD/go || { export MARKER=$marker; (setsid sleep 200 &); touch $PWD/sleeping; sleep 200; }; touch \$ARTIFACT/slow" \
  'dependencies: {build: [first]}'
stack s first slow
# A shell without job control lets what it starts by & ignore SIGINT.
env --default-signal=INT "$HDIST" update >out 2>err &
pid=$!
background="$background $pid"
await test -e sleeping
await has_marker "$marker"
kill -INT "$pid"
code=0
wait "$pid" || code=$?
expect_equal "$code" 130
expect_err interrupted
await no_marker "$marker"
refute_file "$HDIST_HOME/.hashdist/profiles/s"
touch go
expect_exit 0 hdist update
expect_out '(1 built, 1 already there)'
[ -z "$(find "$HDIST_HOME/.hashdist/artifacts" -name '*.claim.*')" ] || fail 'a claim is left'

# As JSON it is one document, also of a single build.
spec long "touch $PWD/began; sleep 200" >long.json
env --default-signal=INT "$HDIST" --json build long.json >out 2>err &
pid=$!
background="$background $pid"
await test -e began
kill -INT "$pid"
code=0
wait "$pid" || code=$?
expect_equal "$code" 130
expect_equal "$(json out 'd["error"]["kind"]')" interrupted
