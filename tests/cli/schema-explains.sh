#!/bin/sh
# Schemas are printed, and tell what else is wrong in a document than its first mistake.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

expect_exit 0 hdist schema
expect_out "build-spec"
expect_exit 0 hdist schema build-spec
expect_equal "$(json out "d['title']")" "build spec"
expect_exit 2 hdist schema bild-spec
expect_err "is 'build-spec' meant?"

printf '{"name": "x",\n "build": {"import": {},\n  "commands": [{"cmd": "make"},\n   {"cdm": []}]}}\n' >build.json
expect_exit 2 hdist build build.json
expect_err 'build.json:2:22: build.import: expected a list, found a map'
expect_err 'hdist schema build-spec'

printf 'nmae: x\npackages: [lua]\ntoolchain: {cc: [gcc]}\n' >stack.yaml
expect_exit 2 hdist update stack.yaml
expect_err 'is "nmae" a misspelling of it?'
expect_err 'Also wrong: stack.yaml:3:17: toolchain.cc: expected a string, found a list'
