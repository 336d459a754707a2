#!/bin/sh
# An unknown command, option, argument or setting: exit 2 and the right one.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

expect_exit 2 hdist updaet
expect_err "is 'update' meant?"
expect_exit 2 hdist update --dry-rnu
expect_err "is '--dry-run' meant?"
expect_exit 2 hdist help udpate
expect_err "is 'update' meant?"
expect_exit 2 hdist config get builder.stroe
expect_err "is 'builder.store' meant?"
expect_exit 2 hdist resolve
expect_err ARTIFACT
expect_err 'hdist resolve --help'
expect_exit 2 hdist config set
expect_err 'hdist config --help'
expect_exit 2 hdist resolve one two
expect_err two
expect_exit 2 hdist update -j 0
expect_err 'from 1 to 4096'
expect_exit 2 hdist update -x
expect_err -x
[ ! -s out ] || fail 'an error on stdout'
[ -z "$(ls -A "$HDIST_HOME")" ] || fail 'wrong usage left something behind'
