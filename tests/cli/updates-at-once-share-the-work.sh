#!/bin/sh
# Four updates of one stack: each package is built once, all end well, the profile is whole, and there is one generation of it.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for n in 1 2 3; do
  recipe "p$n" 1 "echo ran >>$PWD/runs; sleep 0.2; touch \$ARTIFACT/p$n"
done
stack s p1 p2 p3
pids=
for _ in 1 2 3 4; do
  hdist update >>out 2>>err &
  pids="$pids $!"
done
background="$background $pids"
for pid in $pids; do wait "$pid" || fail 'one of four updates failed'; done
expect_equal "$(wc -l <runs)" 3
for n in 1 2 3; do expect_file "$HDIST_HOME/.hashdist/profiles/s/p$n"; done
[ -z "$(find "$HDIST_HOME/.hashdist/artifacts" -name '*.claim.*')" ] || fail 'a claim is left'
expect_equal "$(grep -c 'is ready: generation' out)" 1
expect_equal "$(find "$HDIST_HOME"/.hashdist/generations/s-* -mindepth 1 -maxdepth 1 -type d | wc -l)" 1
expect_exit 0 hdist update
expect_out 'nothing to do'
