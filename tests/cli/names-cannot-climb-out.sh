#!/bin/sh
# In a stack, a recipe, a build spec, a profile's name, a key, a target: refused, nothing written outside.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
for name in ../x /x . .. a/b "'..\\x'" "''" -x; do
  stack s one
  printf 'name: %s\npackage_dirs: [recipes]\npackages:\n  one:\n' "$name" >stack.yaml
  expect_exit 2 hdist update
  printf 'name: s\npackage_dirs: [recipes]\npackages:\n  %s:\n' "$name" >stack.yaml
  expect_exit 2 hdist update
done
stack s one
for name in ../x a/b ..; do
  printf '{"name": "%s", "build": {}}' "$name" >spec.json
  expect_exit 2 hdist build spec.json
  expect_err spec.json:1:
  recipe one 1 'touch $ARTIFACT/one'
  sed -i "s,^name: one,name: $name," recipes/one.yaml
  expect_exit 2 hdist update
done
recipe one 1 true "sources: [{key: \"tar.gz:$(printf %051d 0 | tr 0 a)q\", url: \"file:/x\", target: ../../x}]"
expect_exit 2 hdist update
expect_err target
expect_exit 2 hdist unpack tar.gz:../../../x there
expect_exit 2 hdist unpack files:../x there
expect_exit 2 hdist resolve ../x
expect_exit 125 hdist run .. -- true
expect_exit 2 hdist makeprofile .. one
[ -z "$(find . -name x)" ] || fail 'something was written'
