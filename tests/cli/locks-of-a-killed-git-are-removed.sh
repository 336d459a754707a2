#!/bin/sh
# What a git left that was killed does not stop the next fetch, nor the removal of a source.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

git_repository "$PWD/one.git" 'echo 1 >file'
expect_exit 0 hdist fetch one.git master
first=$(cat out)
git_repository "$PWD/one.git" 'echo 2 >file'
second=git:$(git -C one.git rev-parse master)
bare=$(echo "$HDIST_HOME"/.hashdist/source/git/*/refs)
bare=${bare%/refs}
touch "$bare/packed-refs.lock" "$bare/refs/hdist/kept/${second#git:}.lock" "$bare/shallow.lock"
expect_exit 0 hdist fetch one.git master
expect_equal "$(cat out)" "$second"
touch "$bare/packed-refs.lock" "$bare/refs/hdist/kept/${first#git:}.lock"
expect_exit 0 hdist source rm "$first"
expect_equal "$(find "$bare" -name '*.lock')" ''
