#!/bin/sh
# The error names it; nothing is half made; the next run works.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

drop_root "$0"
mkdir store
chmod 555 store
printf '[builder]\nstore = %s/store\n' "$PWD" >config
recipe one 1 'touch $ARTIFACT/one'
stack s one
expect_exit 1 hdist --config config update
expect_err "$PWD/store"
expect_err 'ermission denied'
[ -z "$(ls -A store)" ] || fail 'something was made'
chmod 755 store
expect_exit 0 hdist --config config update
chmod 555 "$HDIST_HOME/.hashdist/source"
recipe one 2 'touch $ARTIFACT/one'
expect_exit 1 hdist --config config fetch config
expect_err "$HDIST_HOME/.hashdist/source"
chmod 755 "$HDIST_HOME/.hashdist/source"
expect_exit 0 hdist --config config update
