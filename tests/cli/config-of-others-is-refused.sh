#!/bin/sh
# A config file that others own or may write: refused in its usual place, exit 3, with what to do; read when it is named.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

config=$HDIST_HOME/.hashdistconfig
printf '[builder]\njobs = 3\n' >"$config"
chmod 666 "$config"
expect_exit 3 hdist config list
expect_err 'everybody may write to it'
expect_err "chmod go-w $config"
expect_exit 0 hdist --config "$config" config get builder.jobs
expect_out 3
# The version is said all the same, and what it says nothing about is not.
expect_exit 0 hdist --version
expect_equal "$(cat err)" "hdist: note: the settings are not used: the config file $config is not read: everybody may write to it"
echo garbage >garbage
expect_exit 0 hdist --version -C / --config "${PWD#/}/garbage"
expect_out 'hdist '
expect_err 'garbage:1'
expect_exit 0 hdist --config "$config" --version
expect_equal "$(cat err)" ''
printf '[hashdist]\nhdist = /none\n' >named
chmod 666 named
expect_exit 0 hdist --config named --version
expect_err 'everybody may write to it; its settings count, but the program that it names is not run'
chmod 644 "$config"
expect_exit 0 hdist config list
[ "$(id -u)" = 0 ] || exit 0
chown 12345:12345 "$config"
expect_exit 3 hdist config list
expect_err 'it belongs to user 12345'
refute_err chmod
sh -c "$(sed -n 's/.*read (\(cp .*\)), or name.*/\1/p' err)"
expect_exit 0 hdist config list
chown 12345:12345 "$config"
expect_exit 0 env HDIST_CONFIG="$config" "$HDIST" config get builder.jobs
expect_out 3
