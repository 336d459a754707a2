#!/bin/sh
# config unset: the line goes, comments stay; what holds now is said with its origin. An empty value is shown as it is typed.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

config=$HDIST_HOME/.hashdistconfig
printf '# mine\n[builder]\n    jobs = 4\n    # of a fast disk\n    temp = ~/fast\n' >"$config"
expect_exit 0 hdist config unset builder.jobs
expect_err "builder.jobs is '' (default)"
expect_equal "$(cat "$config")" "$(printf '# mine\n[builder]\n    # of a fast disk\n    temp = ~/fast')"
cp "$config" before
expect_exit 0 hdist config unset builder.keep-failed
expect_err "not set in $config: builder.keep-failed is 3 (default)"
cmp before "$config"
expect_exit 2 hdist config unset builder.tmep
expect_err "is 'builder.temp' meant?"
expect_exit 2 hdist config unset
expect_exit 2 hdist config unset builder.temp x

expect_exit 0 hdist config set builder.temp ''
expect_err "builder.temp is '' in $config"
expect_exit 0 hdist config list
grep -q "^builder.temp  *'' " out || fail 'an empty value is shown otherwise'
expect_equal "$(hdist config get builder.temp)" ''
expect_exit 0 hdist --json config unset builder.temp
expect_equal "$(json out 'd["changed"], d["setting"]["origin"]')" "(True, 'default')"
