#!/bin/sh
# HDIST_HOME relative: exit 2. No HOME and no entry in the password file: exit 2, and what to set.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

expect_exit 2 env HDIST_HOME=relative/home "$HDIST" config list
expect_err HDIST_HOME
expect_err absolute
expect_exit 2 env -u HDIST_HOME HOME=relative "$HDIST" config list
expect_err HOME
refute_file relative
expect_exit 0 env -u HDIST_HOME HOME="$PWD/other" "$HDIST" config get builder.store
expect_out "$PWD/other/.hashdist/artifacts"
[ "$(id -u)" = 0 ] || exit 0
# A checkout below /root cannot be entered by another user.
setpriv --reuid=54321 --regid=54321 --clear-groups test -x "$HDIST" || exit 0
expect_exit 2 env -u HDIST_HOME -u HOME setpriv --reuid=54321 --regid=54321 --clear-groups "$HDIST" config list
expect_err 54321
expect_err 'Set HDIST_HOME'
