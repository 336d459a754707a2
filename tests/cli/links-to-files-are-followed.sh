#!/bin/sh
# A stack, a recipe and a build spec may be links; a directory is said to be one.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
stack s one
mkdir far
mv stack.yaml recipes far
mkdir far/real
mv far/recipes/one.yaml far/real/uno.yaml
ln -s ../real/uno.yaml far/recipes/one.yaml
ln -s far/stack.yaml stack.yaml
expect_exit 0 hdist update
expect_file "$HDIST_HOME/.hashdist/profiles/s/one"
spec two 'touch $ARTIFACT/two' >far/spec.json
ln -s far/spec.json link.json
expect_exit 0 hdist build link.json
expect_out two/
for place in / . far; do
  expect_exit 2 hdist update "$place"
  expect_err "is a directory; expected a"
  expect_exit 2 hdist build "$place"
  expect_err "is a directory; expected a file"
done
ln -s nowhere dangling
expect_exit 2 hdist update dangling
expect_err 'there is no stack file dangling'
mkdir gone
expect_exit 2 sh -c 'cd gone; rmdir ../gone; "$HDIST" update'
expect_err 'the current directory has been removed'
