#!/bin/sh
# A stage that no base has cannot be removed; jobs cannot be set by another spelling of -j; unknown tools are no tools.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# try MESSAGE 'YAML after the recipe'\''s head'
try() {
  recipe one 1 true
  sed -i '/^build_stages/,$d' recipes/one.yaml
  printf '%s\n' "$2" >>recipes/one.yaml
  expect_exit 2 hdist update
  expect_err "recipes/one.yaml:"
  expect_err "$1"
}
stack s one
try "is 'install' meant?" 'extends: [make_package]
build_stages: [{name: instal, mode: remove}]'
for args in '["-kj", "4"]' '[MAKEFLAGS=-j9]' '["--job", "2"]'; do
  try 'the number of jobs is set for all builds together' "build_stages: [{name: make, args: $args}]"
done
try 'unknown field "bsh"' 'build_stages:
- name: all
  handler: bash
  bash: "true"
  bsh: x'
expect_err 'one.yaml:10:3'
recipe one 1 true 'toolchain: [cc]'
sed -i 's/^packages:/toolchain: {cx: clang}\npackages:/' stack.yaml
expect_exit 2 hdist update
expect_err "stack.yaml:3:13: toolchain.cx: no recipe of this stack asks for a tool of this role; is 'cc' meant?"
