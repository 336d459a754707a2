#!/bin/sh
# An address that gives no byte in time is not waited for alone: the next begins beside it, and whoever has the right content first wins.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
bad_server 200000

# at_once FIRST SECOND: as the alternatives of one source, in this order.
at_once() {
  rm -rf "$HDIST_HOME/.hashdist/source"
  : >bad-requests
  { printf '{"version": 1, "tasks": {"src": {"type": "fetch", "candidates": ['
    printf '{"key": "%s", "url": "%s/%s/x.tar.gz"}, ' "$sha" "$bad" "$1"
    printf '{"key": "%s", "url": "%s/%s/x.tar.gz"}]}}}' "$sha" "$bad" "$2"; } >tasks.json
  expect_exit 0 hdist --verbose runtasks tasks.json
  expect_equal "$(find "$HDIST_HOME/.hashdist/source/tmp" -type f)" ''
}
# The first never answers.
at_once silent good
expect_err "from $bad/good/x.tar.gz"
expect_equal "$(sort bad-requests)" "/good/x.tar.gz -
/silent/x.tar.gz -"
# The first gives its content after the second gave other content, and was asked once.
at_once after-changed changed
expect_err "from $bad/after-changed/x.tar.gz"
expect_equal "$(sort bad-requests)" "/after-changed/x.tar.gz -
/changed/x.tar.gz -"
