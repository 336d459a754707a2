#!/bin/sh
# Where few files may be open at once, builds go on without a jobserver: make has -jN, and nothing fails.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for name in one two three; do
  recipe $name 1 'echo "$MAKEFLAGS" >$ARTIFACT/'$name
done
stack s one two three
# shellcheck disable=SC3045 # dash and bash have it
ulimit -Sn 256
expect_exit 0 hdist update -j 2
expect_equal "$(cat "$HDIST_HOME"/.hashdist/profiles/s/*e)" "$(printf '%s\n' '-j2 --jobserver-auth=64,65' '-j2 --jobserver-auth=64,65')"
for name in one two three; do
  recipe $name 2 'echo "$MAKEFLAGS" >$ARTIFACT/'$name
done
# shellcheck disable=SC3045
ulimit -Sn 64
expect_exit 0 hdist update -j 2
expect_equal "$(cat "$HDIST_HOME"/.hashdist/profiles/s/t*)" "$(printf '%s\n' -j2 -j2)"
