#!/bin/sh
# A gc beside a build: its import stays, though nothing else needs it, and so does what was begun.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec base 'echo base >$ARTIFACT/file' | hdist build >id
find "$HDIST_HOME" -name '*.json' -path '*/artifacts/*/*' -exec touch -d '40 days ago' {} +
spec slow "touch $PWD/started; while ! test -e $PWD/go; do sleep 0.1; done; cat \$BASE_DIR/file >\$ARTIFACT/file" \
  "\"build\": {\"import\": [{\"id\": \"$(cat id)\", \"ref\": \"BASE\"}]}" >slow.json
"$HDIST" build slow.json >built 2>err &
background="$background $!"
build=$!
await test -e started
expect_exit 0 hdist --verbose gc --grace 0
expect_out "process $build on "
touch go
wait "$build" || fail 'the build failed'
expect_equal "$(cat "$(hdist resolve slow)/file")" base
expect_exit 0 hdist gc --grace 0
expect_out 'removed   base/'
