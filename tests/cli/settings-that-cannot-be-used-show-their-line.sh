#!/bin/sh
# What only turns out when a setting is used is said with its file and line: collections, stores in one another, users.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

config=$HDIST_HOME/.hashdistconfig
recipe one 1 'touch $ARTIFACT/one'
stack single one
refused() { # refused 'LINES' TEXT
  printf '# first\n%s\n' "$1" >"$config"
  expect_exit 2 hdist update
  expect_err "$config:3: $2"
}
touch file
refused "[hashdist]
collections = $PWD/none" "[hashdist] collections: $PWD/none is not there"
refused "[hashdist]
collections = $PWD/recipes, $PWD/file" "[hashdist] collections: $PWD/file cannot be read: Not a directory"
refused "[builder]
store = $HDIST_HOME/.hashdist/source" '[builder] store: the stores of sources'
refused "[sources]
store = $HDIST_HOME/.hashdist/artifacts/x" '[sources] store: the stores of sources'
refused '[builder]
trust = no-such-user' '[builder] trust: there is no user called no-such-user'
rm "$config"
expect_exit 2 hdist config set builder.store "$HDIST_HOME/.hashdist/source/x"
expect_err 'apart from the store'
expect_exit 2 hdist config set gc.grace '200000 weeks'
expect_err 'at most 1 week'
expect_exit 2 hdist gc --grace forever
expect_err 'at most 1 week'
expect_exit 0 hdist config set gc.grace 0
expect_exit 0 hdist config set sources.keep-transient 0
expect_exit 0 hdist update
expect_exit 0 hdist gc
