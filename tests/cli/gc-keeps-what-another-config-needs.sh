#!/bin/sh
# Two configurations share a store: what the profile of the one needs survives a gc by the other.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

other() { HDIST_HOME=$PWD/other "$HDIST" "$@"; }
mkdir -p other
printf '[builder]\nstore = %s/shared\n' "$PWD" >home/.hashdistconfig
printf '[builder]\nstore = %s/shared\n' "$PWD" >other/.hashdistconfig
recipe mine 1 'mkdir -p "$ARTIFACT/bin"; echo mine >"$ARTIFACT/bin/mine"'
recipe theirs 1 'mkdir -p "$ARTIFACT/bin"; echo theirs >"$ARTIFACT/bin/theirs"'
stack s mine
expect_exit 0 hdist update
stack s theirs
expect_exit 0 other update
spec stray 'echo >$ARTIFACT/file' | hdist build >id
find shared -name '*.json' -path '*/*/*' -exec touch -d '40 days ago' {} +
expect_exit 0 hdist gc --grace 0
expect_out 'removed   stray/'
expect_out '2 artifacts ('
expect_equal "$(cat other/.hashdist/profiles/s/bin/theirs)" theirs
expect_exit 0 other gc --grace 0
expect_equal "$(cat home/.hashdist/profiles/s/bin/mine)" mine
rm home/.hashdist/profiles/s && rm -r home/.hashdist/generations && mkdir home/.hashdist/generations
touch home/.hashdist/generations/x
expect_exit 0 other gc --grace 0
expect_out 'removed   mine/'
