#!/bin/sh
# root add, list and rm: paths, profiles and artifacts.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec one 'echo >$ARTIFACT/file' | hdist build >id
expect_exit 0 hdist makeprofile mine "$(cat id)"
expect_exit 0 hdist root add one mine
expect_exit 0 hdist root list
expect_out "/.hashdist/roots/one-"
expect_out "/.hashdist/profiles/mine  uid $(id -u)  one/"
expect_exit 0 hdist --json root list
expect_equal "$(json out '{r["state"] for r in d["roots"] if r["process"] is None}')" "{'found'}"
expect_exit 0 hdist root rm one mine
expect_exit 0 hdist root list
if grep -q -e /roots/ -e /profiles/ out; then fail 'a root is left'; fi
expect_exit 2 hdist root rm one
expect_err 'is no root of yours'
expect_exit 2 hdist root add ./nothing
expect_err 'does not exist'
expect_exit 2 hdist root add nothing
expect_exit 2 hdist root add
expect_exit 2 hdist root frob x
