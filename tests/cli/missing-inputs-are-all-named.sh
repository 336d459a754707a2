#!/bin/sh
# A build fetches and builds nothing: what is missing is listed before anything runs.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

key=tar.gz:$(printf %051d 0 | tr 0 a)q
spec a 'touch $ARTIFACT/ran' '"sources": [{"key": "'"$key"'"}],
  "build": {"import": [{"id": "zlib/2fq4mzxrnqkr7hk3t2ymbf6d4wxhgbcz", "ref": "ZLIB"}]}' >a.json
expect_exit 1 hdist build a.json
expect_err zlib/2fq4mzxrnqkr7hk3t2ymbf6d4wxhgbcz
expect_err "$key"
expect_exit 1 hdist build --json a.json
expect_equal "$(json out 'd["failure"]["code"]')" build.missing-import
spec a 'touch $ARTIFACT/ran' '"sources": [{"key": "'"$key"'"}]' >a.json
expect_exit 1 hdist build a.json
expect_err "$key"
expect_exit 2 hdist resolve a
