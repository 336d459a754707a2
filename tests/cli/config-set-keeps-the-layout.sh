#!/bin/sh
# config set: one line changes, comments stay; checked before anything is written; which file.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

config=$HDIST_HOME/.hashdistconfig
expect_exit 0 hdist config set builder.jobs 4
expect_err "builder.jobs is 4 in $config"
expect_equal "$(cat "$config")" "$(printf '[builder]\njobs = 4')"
printf '# mine\n[builder]\n    jobs = 4   \n    store = ~/a  \n\n; end\n' >"$config"
expect_exit 0 hdist config set builder.jobs 5
# shellcheck disable=SC2088 # hdist expands it
expect_exit 0 hdist config set builder.temp '~/there'
expect_exit 0 hdist config set gc.user-roots 'here,~/there'
expect_equal "$(cat "$config")" "$(printf '# mine\n[builder]\n    jobs = 5\n    store = ~/a  \n    temp = ~/there\n\n; end\n\n[gc]\n    user-roots = %s, ~/there' "$PWD/here")"
expect_equal "$(hdist config get gc.user-roots)" "$PWD/here, $HDIST_HOME/there"

cp "$config" before
expect_exit 2 hdist config set builder.jobs many
expect_err 'expected an integer from 1'
expect_exit 2 hdist config set builder.jbos 3
expect_err "is 'builder.jobs' meant?"
expect_exit 2 hdist config set builder.store 'a
b'
expect_exit 2 hdist config set builder.jobs
expect_exit 2 env HDIST_CONFIG='{"builder": {"jobs": 2}}' "$HDIST" config set builder.jobs 3
expect_err HDIST_CONFIG
cmp before "$config"

printf '[gc]\n' >other
expect_exit 0 hdist --json --config other config set gc.grace '1 hour'
expect_equal "$(json out 'd["setting"]["value"] + " " + d["file"]')" "1 hour $PWD/other"
expect_exit 0 env HDIST_CONFIG=other "$HDIST" config set gc.grace '2 hours'
expect_equal "$(cat other)" "$(printf '[gc]\ngrace = 2 hours')"
cmp before "$config"
