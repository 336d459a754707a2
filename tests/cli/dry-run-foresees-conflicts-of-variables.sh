#!/bin/sh
# Variables that recipes declare and that no profile can have together: update says so before anything is built, as its dry run.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one' 'profile_variables: {MODE: fast}'
recipe two 1 'touch $ARTIFACT/two' 'profile_variables: {MODE: small}'
recipe three 1 'touch $ARTIFACT/three' 'profile_variables: {MODE: fast}'
stack s one two
expect_exit 1 hdist update --dry-run
expect_err 'MODE = fast'
expect_err 'MODE = small'
refute_file "$HDIST_HOME/.hashdist/generations"
cat err >foreseen
expect_exit 1 hdist update
cmp foreseen err || fail 'it says something else than its dry run'
refute_file "$HDIST_HOME/.hashdist/artifacts/one"
stack s one three
expect_exit 0 hdist update --dry-run
expect_out 'would switch'
