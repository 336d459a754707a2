#!/bin/sh
# Nothing is run that another user could have put there: exit 3, the part that is open, and what to do.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p a/b
printf '#!/bin/sh\necho launched\n' >a/b/hdist
chmod 755 a/b/hdist
config=$HDIST_HOME/.hashdistconfig
printf '[hashdist]\nhdist = %s\n' "$PWD/a/b/hdist" >"$config"
runs() { expect_equal "$("$HDIST" --version)" launched; }
refused() {
  expect_exit 3 "$HDIST" --version
  expect_err "$1"
  expect_err "$config:2"
  expect_err 'config set hashdist.hdist'
}
runs
for part in a a/b a/b/hdist; do
  chmod o+w "$part"
  refused "$PWD/$part: everybody may write to it"
  chmod o-w "$part"
done
runs
# A config that others may write names nothing: this program runs instead, and refuses it or says that it did not follow.
chmod o+w "$config"
expect_exit 3 "$HDIST" config list
expect_err 'everybody may write to it'
expect_exit 0 "$HDIST" --verbose --config "$config" config list
expect_err 'the program that it names is not run'
chmod o-w "$config"
runs
[ "$(id -u)" = 0 ] || exit 0
for part in a a/b a/b/hdist; do
  chown 12345 "$part"
  refused "$PWD/$part: it belongs to user 12345"
  chown 0 "$part"
  chgrp 12345 "$part"
  chmod g+w "$part"
  refused "$PWD/$part: its group 12345 may write to it"
  chgrp 0 "$part" # root's own group
  runs
  chmod g-w "$part"
done
# A link of somebody else, also in a directory that only adds: /tmp is root's and sticky.
ln -s "$PWD/a/b" c
chown -h 12345 c
sed -i 's|/a/b/|/c/|' "$config"
refused "$PWD/c: it belongs to user 12345"
chown -h 0 c
chmod 1777 .
runs
chmod 755 .
# A config of somebody else, where it is found and where it is named.
chown 12345 "$config"
expect_exit 3 "$HDIST" config list
expect_err 'it belongs to user 12345'
expect_exit 0 "$HDIST" --config "$config" config list
chown 0 "$config"
# With the rights of another user nothing is run at all.
installation other
chown -R 12345 other
chmod u+s other/bin/hdist
case ,$(findmnt -no OPTIONS -T other/bin/hdist), in *,nosuid,*) exit 0 ;; esac
expect_exit 3 other/bin/hdist --version
expect_err 'with the rights of another user'
