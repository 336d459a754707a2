#!/bin/sh
# Exit 1; stage, first error, last lines, a log that is there, the build directory that was kept.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec broken 'echo begin; echo "main.c:3: error: no such thing" >&2; echo half >$ARTIFACT/half; exit 3' >broken.json
expect_exit 1 hdist build broken.json
[ ! -s out ] || fail 'an id of a build that failed'
expect_err 'in stage all'
expect_err 'main.c:3: error: no such thing'
expect_err '== all: bash'
expect_exit 1 hdist --json build broken.json
expect_file "$(json out 'd["failure"]["log"]')"
expect_file "$(json out 'd["failure"]["build_directory"]')/work"
expect_equal "$(json out 'd["failure"]["stage"], d["failure"]["last_lines"][1]')" "('all', 'begin')"
grep -q 'no such thing' "$(json out 'd["failure"]["log"]')" || fail 'the log lacks the error'
expect_exit 2 hdist resolve broken
set -- "$HDIST_HOME"/.hashdist/artifacts/broken/*
refute_file "$1"
for _ in 1 2 3 4 5; do expect_exit 1 hdist build broken.json; done
kept=$(find "$TMPDIR" -type d -name 'broken-*' | wc -l)
[ "$kept" -le 3 ] || fail "$kept failed build directories are kept"
