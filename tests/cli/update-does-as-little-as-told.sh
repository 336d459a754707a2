#!/bin/sh
# --dry-run, --only, --fetch-only: no switch, and no more than they say.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball data.tar.gz file content
key=$(hdist fetch data.tar.gz)
rm -r "$HDIST_HOME/.hashdist"
recipe one 1 'cp file $ARTIFACT/one' "sources: [{key: \"$key\", url: \"file:$PWD/data.tar.gz\"}]"
recipe two 1 'touch $ARTIFACT/two'
stack pair one two
expect_exit 0 hdist update --dry-run
expect_out 'would build one/'
expect_out 'would build two/'
expect_out 'would fetch tar.gz:'
refute_file "$HDIST_HOME/.hashdist/artifacts/one"
refute_file "$HDIST_HOME/.hashdist/profiles/pair"
expect_exit 0 hdist update --fetch-only
expect_out '1 fetched, 0 built'
expect_exit 0 hdist update --only one
expect_out '1 built'
refute_file "$HDIST_HOME/.hashdist/profiles/pair"
expect_exit 0 hdist update -n
expect_equal "$(cut -d/ -f1 out)" "would build two
would switch "
expect_exit 2 hdist update --only tow
expect_err "is 'two' meant?"
expect_exit 0 hdist update
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/pair/one")" content
