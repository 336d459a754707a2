#!/bin/sh
# A root that cannot be read stops gc before it removes anything, unless told.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec one 'echo >$ARTIFACT/file' | hdist build >id
find "$HDIST_HOME" -name '*.json' -path '*/artifacts/*/*' -exec touch -d '40 days ago' {} +
mkdir -p broken
echo '{' >broken/profile.json
expect_exit 0 hdist root add ./broken
expect_exit 3 hdist gc --grace 0
expect_err "$PWD/broken: "
expect_err 'hdist gc --ignore-unreadable'
expect_file "$HDIST_HOME/.hashdist/artifacts/one"/*/file
expect_exit 0 hdist gc --grace 0 --ignore-unreadable
expect_out 'removed   one/'
expect_exit 2 hdist gc --grace soon
