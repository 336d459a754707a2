#!/bin/sh
# list, get, origins; mistakes with file and line; HDIST_CONFIG as a path and as JSON text.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[builder]\njobs = 3\n\n[sources]\nkeep-transient = 2 weeks\n' >"$HDIST_HOME/.hashdistconfig"
expect_exit 0 hdist config list
grep -qE '^builder.jobs +3 +.*\.hashdistconfig:2' out || fail 'no origin of builder.jobs'
grep -qE '^builder.share +private +default' out || fail 'no default'
expect_equal "$(hdist config get builder.jobs)" 3
expect_equal "$(HDIST_CONFIG='{"builder": {"jobs": "5"}}' "$HDIST" config get builder.jobs)" 5
printf '[builder]\njobs = 4\n' >other
expect_equal "$(HDIST_CONFIG=$PWD/other "$HDIST" config get builder.jobs)" 4
expect_equal "$(HDIST_CONFIG=$PWD/other "$HDIST" --config "$HDIST_HOME/.hashdistconfig" config get builder.jobs)" 3
printf '[builder]\njobs = 4\n\nstroe = /x\n' >wrong
expect_exit 2 hdist --config wrong config list
expect_err wrong:4
expect_err 'did you mean "store"?'
printf '[builder]\njobs = many\n' >wrong
expect_exit 2 hdist --config wrong update
expect_err wrong:2
expect_exit 2 env HDIST_CONFIG='{"builder": {"jbos": "5"}}' "$HDIST" config list
expect_err jobs
expect_exit 2 env HDIST_CONFIG='{not json' "$HDIST" config list
expect_exit 2 hdist --config absent config list
expect_err absent
expect_exit 2 hdist config list extra
