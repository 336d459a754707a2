#!/bin/sh
# Two `verify --repair` at once: the second waits for the first, and finds it whole; it is built once more, not twice.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

go=$PWD/go
spec one "echo x >>$PWD/builds; until test -e $go; do sleep 0.1; done; echo one >\$ARTIFACT/one" >one.json
touch go
hdist -q build one.json >id
rm go
path=$(hdist resolve one)
chmod u+w "$path/one"
echo ONE >"$path/one"
hdist verify --repair one >first 2>&1 &
first=$!
background=$first
until [ "$(wc -l <builds)" = 2 ]; do sleep 0.1; done
hdist verify --repair one >second 2>&1 &
second=$!
background="$first $second"
sleep 1 # time for the second to meet the first; when it does not, it finds the artifact whole
touch go
wait "$first" || fail "the first: $(cat first)"
wait "$second" || fail "the second: $(cat second)"
expect_equal "$(wc -l <builds)" 2
expect_equal "$(cat "$path/one")" one
expect_exit 0 hdist verify
expect_equal "$(ls -d "$HDIST_HOME"/.hashdist/artifacts/one/????????????.[0-9]* | wc -l)" 1
