#!/bin/sh
# An unknown feature or version in store.json: exit 3, nothing is read or written.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
stack s one
expect_exit 0 hdist update
for kind in artifacts source; do
  format=$HDIST_HOME/.hashdist/$kind/store.json
  cat "$format" >saved
  chmod u+w "$format"
  sed 's/"required":\[\]/"required":["later"]/' saved >"$format"
  expect_exit 3 hdist update
  expect_err "$format"
  expect_err later
  sed 's/"version":1/"version":2/' saved >"$format"
  expect_exit 3 hdist update
  expect_err "$format"
  cat saved >"$format"
done
expect_exit 0 hdist update
expect_out 'nothing to do'
