#!/bin/sh
# An artifact deleted from the store: the profile that needs it says so, and update makes it again.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
stack s one
expect_exit 0 hdist update
chmod -R u+w "$HDIST_HOME"/.hashdist/artifacts/one
rm -r "$HDIST_HOME"/.hashdist/artifacts/one/*/
expect_exit 125 hdist run s -- true
expect_err 'which is gone'
expect_err 'hdist update'
expect_exit 0 hdist update
expect_out '1 built, 0 already there)'
! grep -q 'nothing to do' out || fail 'it had something to do'
expect_exit 0 hdist run s -- true
rm -r "$HDIST_HOME/.hashdist/generations"
expect_exit 125 hdist run s -- true
expect_exit 0 hdist update
expect_out '(0 built, 1 already there)'
expect_file "$HDIST_HOME/.hashdist/profiles/s/one"
