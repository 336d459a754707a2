#!/bin/sh
# The ids of HashDist's minimal spec and of a native one; --trace prints the bytes that are hashed.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo '{"name": "foo", "build": {}}' >foo.json
expect_equal "$(hdist hash foo.json)" foo/ettp5gcrf3gswgec45quew4eohe6hjph
expect_equal "$(hdist hash <foo.json)" foo/ettp5gcrf3gswgec45quew4eohe6hjph
expect_equal "$(hdist hash - <foo.json)" foo/ettp5gcrf3gswgec45quew4eohe6hjph
expect_equal "$(hdist hash --trace foo.json)" 'build-spec|{"build":{"import":[]},"name":"foo"}'
echo '{"name": "foo", "build": {"nohash_note": "other"}, "nohash_license": "MIT"}' >same.json
expect_equal "$(hdist hash same.json)" foo/ettp5gcrf3gswgec45quew4eohe6hjph
for golden in hashdist native text; do
  json "$HDIST_SOURCE_DIR/tests/golden/hash-rules/$golden.json" 'json.dumps(d["spec"])' >spec.json
  json "$HDIST_SOURCE_DIR/tests/golden/hash-rules/$golden.json" 'd["hash_input"]' >input
  expect_equal "$(LC_ALL=C hdist hash --trace spec.json)" "$(cat input)"
  expect_exit 0 hdist hash --json spec.json
  expect_equal "$(json out 'd["input"]')" "$(cat input)"
done
expect_exit 2 hdist hash absent.json
expect_err absent.json
