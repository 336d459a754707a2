#!/bin/sh
# Blanks and non-ASCII in a store's path: refused, with the path, before anything is made.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec a 'touch $ARTIFACT/a' >a.json
for place in 'with blank' 'ümlaut' 'quo"te' "dollar\$x"; do
  mkdir -p "$place"
  expect_exit 2 env HDIST_HOME="$PWD/$place" "$HDIST" build a.json
  expect_err 'store'
  expect_err "expected only letters and digits of ASCII"
  [ ! -e "$place/.hashdist/artifacts/store.json" ] || fail 'a store was made'
done
printf '[builder]\nstore = %s/store\n' "$PWD" >config
expect_exit 0 env HDIST_HOME="$PWD/with blank" "$HDIST" --config config build a.json
