#!/bin/sh
# The guide's page on Python does what it says.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
# A library with a sanitizer in it needs a program with it, too.
library=${HDIST%/*/*}/lib/libhashdist.so
[ -e "$library" ] || { echo "skipped: the C library is not built"; exit 77; }
if grep -qaF __asan_init "$library"; then exit 77; fi
HOME=$HDIST_HOME
PYTHONPATH=${HDIST%/*/*}/lib/python
PYTHONDONTWRITEBYTECODE=1
export HOME PYTHONPATH PYTHONDONTWRITEBYTECODE
mkdir work
cd work
"$PYTHON" "$HDIST_SOURCE_DIR/tests/docs/run_session.py" "$HDIST_SOURCE_DIR/docs/guide/python.md" "$HDIST"
