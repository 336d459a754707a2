#!/bin/sh
# The log of a running build is followed to its end, that of a failed one and of an artifact shown.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
expect_exit 2 hdist log
expect_err 'no build runs'
expect_exit 2 hdist log nothing
expect_err "no artifact in"

recipe slow 1 'echo it begins; while [ ! -e '"$PWD"'/go ]; do sleep 0.05; done; echo it ends'
recipe bad 1 'echo "x.c:3:1: error: broken"; exit 3'
stack s slow
hdist update >/dev/null 2>&1 &
background=$!
until [ "$(hdist log 2>/dev/null)" ] && hdist log slow | grep -q 'it begins'; do sleep 0.05; done
expect_equal "$(hdist log --json | json /dev/stdin 'd["state"]')" running
hdist log -f slow >followed &
follower=$!
touch go
wait $background
wait $follower
grep -qx 'it ends' followed || fail "not followed: $(cat followed)"
expect_exit 0 hdist log slow # of the artifact now
expect_out 'it ends'
expect_exit 0 hdist log slow --times
grep -qE '^[0-9]+\.[0-9]{3} it ends$' out || fail "no times"
expect_exit 0 hdist log slow --path
expect_file "$(cat out)"

stack t bad
expect_exit 1 hdist update
expect_exit 0 hdist log
expect_out 'x.c:3:1: error: broken'
expect_equal "$(hdist log bad --json | json /dev/stdin 'd["state"]')" failed
