#!/bin/sh
# Old generations of a profile go, with what only they needed; the current one, a rooted one and those with a name stay.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[profiles]\nkeep-generations = 1\n[gc]\nkeep-unreferenced = never\n' >"$HDIST_HOME/.hashdistconfig"
for number in 1 2 3 4 5 6; do
  spec "p$number" 'mkdir $ARTIFACT/bin; echo >$ARTIFACT/bin/p' | hdist build >id
  expect_exit 0 hdist makeprofile mine "$(cat id)"
  [ "$number" != 2 ] || ln -s "$(readlink -f "$HDIST_HOME/.hashdist/profiles/mine")" pinned
done
series=$(dirname "$(readlink -f pinned)")
expect_exit 0 hdist root add ./pinned
expect_exit 0 hdist profile link fourth "$series/4"
ln -s "$series/5" "$HDIST_HOME/.hashdist/profiles/by-hand"
expect_exit 0 hdist gc --dry-run
expect_out 'would go  p1/'
expect_exit 0 hdist gc --grace 0
expect_out 'removed   p1/'
expect_out 'removed   p3/'
expect_out '4 artifacts ('
expect_equal "$(ls "$series" | tr '\n' ' ')" '2 4 5 6 link '
expect_file "$HDIST_HOME/.hashdist/profiles/mine/bin/p"
