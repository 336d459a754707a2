#!/bin/sh
# Exit 2, and what to write where; no profile is made, and one that is there stays.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
printf 'name: s\npackages:\n' >stack.yaml
expect_exit 2 hdist update
expect_err "stack.yaml names no packages"
expect_err "'  tree:'"
refute_file "$HDIST_HOME/.hashdist/profiles/s"
