#!/bin/sh
# A recipe's source needs a key: the error says how to get one.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 true 'sources: [{url: "https://example.org/one.tar.gz"}]'
stack s one
expect_exit 2 hdist update
expect_err recipes/one.yaml:11
expect_err key
recipe one 1 true 'sources: [{key: "tar.gz:short", url: "https://example.org/one.tar.gz"}]'
expect_exit 2 hdist update
expect_err tar.gz:short
recipe one 1 true 'sources: [{key: "tar.gz:../../../../x", url: "https://example.org/one.tar.gz"}]'
expect_exit 2 hdist update
[ ! -e "$HDIST_HOME/.hashdist/source/packs/tar.gz" ] || [ -z "$(ls "$HDIST_HOME/.hashdist/source/packs/tar.gz")" ]
