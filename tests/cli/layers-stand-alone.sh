#!/bin/sh
# Each layer and component works without those above it: the page for makers of distributions does what it says.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
mkdir work
cd work
"$PYTHON" "$HDIST_SOURCE_DIR/tests/docs/run_session.py" "$HDIST_SOURCE_DIR/docs/guide/layers.md" "$HDIST"
