#!/bin/sh
# What --dry-run says of the profile is what update then does.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for name in one two; do recipe $name 1 "echo $name >\$ARTIFACT/$name"; done
stack s one two
expect_exit 0 hdist update --dry-run
expect_out "would switch $HDIST_HOME/.hashdist/profiles/s to generation 1"
refute_file "$HDIST_HOME/.hashdist/profiles/s"
refute_file "$HDIST_HOME/.hashdist/generations"
expect_exit 0 hdist update
expect_exit 0 hdist update --dry-run
expect_equal "$(cat out)" "nothing to do: $HDIST_HOME/.hashdist/profiles/s is up to date (generation 1)"
stack s one
expect_exit 0 hdist update --dry-run
expect_equal "$(cat out)" "would switch $HDIST_HOME/.hashdist/profiles/s to generation 2"
expect_exit 0 hdist update --dry-run --json
expect_equal "$(json out 'd["profile"]["changed"], d["profile"]["generation"]')" '(True, 2)'
expect_exit 0 hdist update --dry-run --only one
expect_equal "$(cat out)" 'nothing to fetch or build'
expect_exit 0 hdist update
expect_out 'generation 2'
# What vanished is built again, and the profile stays.
chmod -R u+w "$HDIST_HOME/.hashdist/artifacts/one" && rm -r "$HDIST_HOME/.hashdist/artifacts/one"
expect_exit 0 hdist update --dry-run
expect_out 'would build one/'
if grep 'would switch' out; then fail 'a switch is promised that does not come'; fi
