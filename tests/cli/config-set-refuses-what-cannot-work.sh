#!/bin/sh
# Refused: a store that builds cannot bear, a system folder, a file, no such user. Missing now: written, with a warning.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

touch file
refused() {
  expect_exit 2 hdist config set "$1" "$2"
  expect_err "$3"
  expect_err "setting $1"
}
refused builder.store "$PWD/with blank" 'expected only letters and digits of ASCII'
refused builder.store /usr 'a folder of the system'
refused builder.store file 'expected a directory, but it is none'
refused builder.temp / 'a folder of the system'
refused builder.trust no-such-user 'no user called no-such-user'
refused sources.mirrors mirror.example.org 'begins with http://'
refused builder.store '' 'config unset builder.store'
refused builder.jobs 99999999999 'from 1 to 4096'
refute_file "$HDIST_HOME/.hashdistconfig"

expect_exit 2 hdist config set sources.keep-a=b '1 week' # it would be read as keep-a, and stop every command
expect_err "there is no setting 'sources.keep-a=b'"
refute_file "$HDIST_HOME/.hashdistconfig"
expect_exit 2 hdist config set sources.keep-transient 1 long week
expect_err "A value with blanks is quoted: '1 long week'"
ln -s gone/config "$HDIST_HOME/.hashdistconfig"
expect_exit 2 hdist config set builder.jobs 2
expect_err "is a link to gone/config, which is not there"
expect_err '-> Mount or make what it leads to, or remove the link.'
expect_exit 0 hdist --version
rm "$HDIST_HOME/.hashdistconfig"

expect_exit 0 hdist config set hashdist.collections nodir
expect_err "warning: there is no directory $PWD/nodir yet"
expect_exit 0 hdist --json config set hashdist.collections nodir
expect_equal "$(json out 'd["notes"]')" "['there is no directory $PWD/nodir yet']"
mkdir nodir
expect_exit 0 hdist config set hashdist.collections nodir
refute_err warning
