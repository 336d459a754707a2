#!/bin/sh
# The guide's page on profiles does what it says.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
HOME=$HDIST_HOME
export HOME
mkdir work
cd work
"$PYTHON" "$HDIST_SOURCE_DIR/tests/docs/run_session.py" "$HDIST_SOURCE_DIR/docs/guide/profiles.md" "$HDIST"
