#!/bin/sh
# Something else at the name of the directory for builds in TMPDIR: another place is used. Two roots do not share one.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec bad 'false' >bad.json
expect_exit 1 hdist build bad.json
mine=$(find "$TMPDIR" -maxdepth 1 -name 'hdist-*')
[ -d "$mine" ] || fail 'no directory for builds in TMPDIR'
trap 'rm -rf "/tmp/${mine##*/}"' EXIT
kept=$(sed -n 's/^  kept:        //p' err)
expect_file "$kept"
for round in 1 2 3 4; do
  spec "bad$round" 'false' >other.json
  HDIST_HOME=$PWD/other hdist build other.json >out 2>err && fail 'it did not fail'
done
expect_file "$kept"
rm -r "$mine"
mkdir far
ln -s "$PWD/far" "$mine"
spec good 'touch $ARTIFACT/x' >good.json
expect_exit 0 hdist build good.json
rm "$mine"
: >"$mine"
expect_exit 1 hdist build bad.json
expect_err 'kept:        '
expect_equal "$(find far -mindepth 1)" ''
