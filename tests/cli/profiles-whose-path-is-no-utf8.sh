#!/bin/sh
# A profile or stack below a directory whose name is no UTF-8 works as any other.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

bad=$(printf 'a\377b')
mkdir "$bad"
recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one'
stack s one
mv recipes stack.yaml "$bad"
expect_exit 0 hdist update "$bad/stack.yaml" "./$bad/profile"
expect_equal "$(hdist run "./$bad/profile" -- one)" one
expect_exit 0 hdist -C "$bad" --json update
json out d >/dev/null || fail 'no JSON'
expect_equal "$(hdist run s -- one)" one
expect_exit 1 hdist --json update "$bad/stack.yaml" "/proc/$bad"
json out 'd["error"]["message"]' >/dev/null || fail 'no JSON'
