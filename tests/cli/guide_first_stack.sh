#!/bin/sh
# The guide's first page does what it says.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
if [ -n "${HDIST_TEST_SOURCES:-}" ]; then
  mkdir -p home/.hashdist
  cp -R "$HDIST_TEST_SOURCES" home/.hashdist/source
  chmod -R u+w home/.hashdist/source
  sources=sources
fi
mkdir work
cd work
"$PYTHON" "$HDIST_SOURCE_DIR/tests/docs/run_session.py" "$HDIST_SOURCE_DIR/docs/guide/first-stack.md" "$HDIST" ${sources:+"$sources"}
