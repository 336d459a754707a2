#!/bin/sh
# What is nearly right in a recipe or stack is not taken for something else: exit 2, or 3 where a path climbs; the file and the line.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# try PLACE MESSAGE 'YAML for the recipe' [EXIT]
try() {
  recipe one 1 true "$3"
  expect_exit "${4:-2}" hdist update
  expect_err "recipes/one.yaml:$1: "
  expect_err "$2"
}
stack s one
try 12:4 'did you mean "set"?' 'when_build_dependency:
- {sett: A, value: x}'
try 12:31 'not two' 'profile_links:
- {link: a, dirs: true, copy: b}'
try 12:3 'expected one of link, copy, exclude' 'profile_links:
- {dirs: true}'
try 12:21 'expected a relative path' 'profile_links:
- {link: a, target: ../..}' 3
try 12:3 '"A B" cannot be the name of a variable' 'profile_variables:
  "A B": x'
try 12:10 'unknown field "pth"' 'profile_variables:
  PATH: {pth: [a]}'
try 11:13 'no program no-such-tool' 'toolchain: [no-such-tool]'
sed -i 's/^- name: all/- name: ..\/..\/x/' recipes/one.yaml
expect_exit 2 hdist update
expect_err 'recipes/one.yaml:7:9: build_stages[0].name: expected'
recipe one .. true
expect_exit 2 hdist update
expect_err 'recipes/one.yaml:2:10: version: expected'
