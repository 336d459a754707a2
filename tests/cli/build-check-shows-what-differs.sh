#!/bin/sh
# build --check: built once more beside, compared with the names of both places masked; nothing is published.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec same 'echo "in $ARTIFACT" >$ARTIFACT/file' >same.json
expect_exit 2 hdist build --check same.json
expect_err 'is not built yet'
same=$(hdist -q build same.json)
expect_exit 0 hdist build --check same.json
expect_out "$same is the same again"
expect_exit 0 hdist build --check same
touch count # each build finds another length of it
spec other "echo made at \\\$(wc -c <$PWD/count) >\$ARTIFACT/file; echo >>$PWD/count" | hdist -q build >id
expect_exit 1 hdist build --check other
expect_out 'content  file'
expect_out '6d 61 64 65'
expect_out 'is not the same again: 1 differ'
hdist resolve other >path
refute_file "$(cat path).2"
expect_exit 1 hdist build --check --keep always other
expect_out "the second is in $(cat path)."
expect_exit 0 hdist verify
expect_exit 1 hdist --json build --check other
expect_equal "$(json out 'd["equal"], d["differences"][0]["path"], d["differences"][0]["offset"] >= 8')" "(False, 'file', True)"
