#!/bin/sh
# Nothing of the caller's; modes do not depend on his umask; stdin is empty; the artifact is read-only.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec job 'mkdir $ARTIFACT/bin; env >$ARTIFACT/env; umask >$ARTIFACT/umask; cat >$ARTIFACT/stdin; pwd >$ARTIFACT/pwd
  touch $ARTIFACT/bin/x; chmod 700 $ARTIFACT/bin/x; ulimit -c >/dev/null; [ -z "\$(ls -A $HOME)" ]; echo >$TMPDIR/t' >job.json
umask 077
export SECRET=caller CFLAGS=-bad LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo MAKEFLAGS=-k
echo input | expect_exit 0 hdist build job.json
unset MAKEFLAGS
artifact=$(hdist resolve job)
for line in LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=315532800 "ARTIFACT=$artifact"; do
  grep -qx "$line" "$artifact/env" || fail "no $line in $(cat "$artifact/env")"
done
! grep -E 'SECRET|CFLAGS|HDIST_HOME|^MAKEFLAGS=-k' "$artifact/env" || fail 'a variable of the caller'
home=$(sed -n 's/^HOME=//p' "$artifact/env")
case $home in "${HOME:-/}" | "$HDIST_HOME") fail 'the home of the caller' ;; esac
expect_equal "$(cat "$artifact/umask")" 0022
[ ! -s "$artifact/stdin" ] || fail 'stdin was not empty'
expect_equal "$(stat -c %a "$artifact" "$artifact/bin" "$artifact/bin/x" "$artifact/env" | tr '\n' ' ')" '755 755 555 444 '
expect_equal "$(stat -c %a "$(dirname "$artifact")")" 755
[ ! -e "$home" ] || fail 'the build directory was kept'
