#!/bin/sh
# A program that cannot be run: exit 2, the line of the config that names it, and a command that helps.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

installation here
config=$HDIST_HOME/.hashdistconfig
refused() {
  printf '# first\n[hashdist]\nhdist = %s\n' "$1" >"$config"
  expect_exit 2 here/bin/hdist --version
  expect_err "$config:3 names"
  expect_err "$2"
  expect_err "$PWD/here/lib/hdist/hdist config set hashdist.hdist $PWD/here/bin/hdist"
}
mkdir dir
printf 'text\n' >text
chmod 755 text
printf '#!/nonexistent\n' >script
chmod 755 script
printf 'x' >plain
ln -s loop loop
refused "$PWD/absent/bin/hdist" "$PWD/absent: No such file or directory"
refused "$PWD/plain/hdist" 'Not a directory'
refused "$PWD/dir" 'Is a directory'
refused "$PWD/loop" 'symbolic links'
refused "$PWD/text" 'Exec format error'
refused "$PWD/script" 'No such file'
chmod 644 plain
refused "$PWD/plain" 'Permission denied'
refused "/$(printf '%0300d' 0)" 'too long'
# The advice does help.
sh -c "$(sed -n 's/^  -> to use this one: //p' err)" 2>/dev/null
expect_exit 0 here/bin/hdist --version
# Also where the file was named.
printf '[hashdist]\nhdist = /none\n' >'a named file'
expect_exit 2 here/bin/hdist -C "$PWD" --config 'a named file' --version
sh -c "$(sed -n 's/^  -> to use this one: //p' err)" 2>/dev/null
expect_exit 0 here/bin/hdist --config 'a named file' --version
# An installation without its program.
mv here/lib/hdist/hdist gone
expect_exit 2 here/bin/hdist --version
expect_err "cannot run $PWD/here/lib/hdist/hdist: No such file"
