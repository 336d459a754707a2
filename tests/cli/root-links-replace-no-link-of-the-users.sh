#!/bin/sh
# resolve --root replaces its own links alone, and registers no root whose link it cannot make.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
drop_root "$0"

spec greet 'echo hi >$ARTIFACT/hi' | hdist build >id
ln -s /etc foreign
expect_exit 3 hdist resolve --root foreign greet
expect_err "$PWD/foreign is a link to /etc, which is no artifact; it is left alone"
expect_err "rm $PWD/foreign"
expect_equal "$(readlink foreign)" /etc
mkdir locked
chmod 555 locked
expect_exit 1 hdist resolve --root locked/link greet
expect_err 'making the link'
chmod 755 locked
expect_exit 0 hdist root list
if grep -qF -e foreign -e locked out; then fail 'a root is registered without a link'; fi
# Its own link it makes anew, also one that leads where the artifact was.
expect_exit 0 hdist resolve --root own greet
ln -sfn "/elsewhere/$(cut -c1-18 id)" own
expect_exit 0 hdist resolve --root own greet
expect_equal "$(cat own/hi)" hi
expect_exit 0 hdist root list
expect_out "$PWD/own"
