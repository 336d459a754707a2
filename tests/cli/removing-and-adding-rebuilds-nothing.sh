#!/bin/sh
# A package that left the stack stays in the store.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
recipe two 1 'touch $ARTIFACT/two'
stack pair one two
expect_exit 0 hdist update
stack pair one
expect_exit 0 hdist update
refute_file "$HDIST_HOME/.hashdist/profiles/pair/two"
stack pair one two
expect_exit 0 hdist update
expect_out '(0 built, 2 already there)'
expect_file "$HDIST_HOME/.hashdist/profiles/pair/two"
