#!/bin/sh
# A build prints the line that follows its log while it runs; in a terminal too; the id is the last line, alone on stdout.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

TMPDIR="$PWD/a place" && mkdir "$TMPDIR"
mkfifo go
spec slow "echo begun; read -r line <$PWD/go; echo ended" >slow.json
hdist build <slow.json >out 2>err &
background=$!
await grep -q 'tail -f' err
follow=$(sed -n 's/^building slow.*(\(tail -f .*\))$/\1/p' err)
await eval "${follow% -f*}${follow#*-f} | grep -q begun"
echo >go
wait "$background"
expect_equal "$(cat out)" "$(hdist hash slow.json)"
expect_exit 0 hdist resolve "$(cat out)"

command -v script >/dev/null || exit 0
spec other true >other.json
script -qec "'$HDIST' build other.json" screen </dev/null >/dev/null
grep -q 'building other/.*(tail -f ' screen || fail "no line in a terminal: $(cat screen)"
