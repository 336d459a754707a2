#!/bin/sh
# What a job may do wrong: strange files, no artifact, closed modes, endless lines, processes left behind.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

try() {
  spec bad "$1" >bad.json
  expect_exit "$2" hdist build bad.json
  [ "$(wc -c <err)" -lt 10000 ] || fail "too long an error for: $1"
}
try 'mkfifo $ARTIFACT/pipe' 1
expect_err 'pipe is no file, directory or link'
try 'rm -rf $ARTIFACT' 1
expect_err 'left no directory'
try 'rmdir $ARTIFACT; ln -s /tmp $ARTIFACT' 1
try 'mkdir $ARTIFACT/d; touch $ARTIFACT/d/f; chmod 000 $ARTIFACT/d; false' 1
try 'head -c 3000000 /dev/zero | tr "\\\0" x; false' 1
try 'printf "\\033[31mred\\033[0m\\000\\377\\n"; false' 1
! grep -q "$(printf '\033')" err || fail 'what a job prints reaches the terminal'
try 'kill -SEGV \$\$' 1
expect_err 'signal 11'
[ -z "$(find "$HDIST_HOME/.hashdist/artifacts/bad" -mindepth 1 2>/dev/null)" ] || fail 'something is left in the store'
marker=marker-$$-$(date +%N)
try "export MARKER=$marker; setsid sleep 100 & (setsid sh -c 'sleep 100; true' &) ; touch \$ARTIFACT/ok" 0
no_marker "$marker" || fail 'a process of the job is left'
try 'touch $ARTIFACT/s; chmod 6777 $ARTIFACT/s; chmod 000 $ARTIFACT' 0
expect_equal "$(stat -c %a "$(hdist resolve "$(cat out)")/s")" 555
