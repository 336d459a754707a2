#!/bin/sh
# PyHPC: stacks in YAML on the common hdist; installed, entered, upgraded.
# shellcheck source=tests/examples/lib.sh
. "$HDIST_SOURCE_DIR/tests/examples/lib.sh"
need_sources
cp -R "$examples/pyhpc" pyhpc
pyhpc=$PWD/pyhpc/pyhpc

expect_exit 0 "$pyhpc" list
expect_out 'login        -          small: for the login node'
expect_exit 2 "$pyhpc" run login tree
expect_err 'pyhpc install login'
expect_exit 2 "$pyhpc" upgrade
expect_exit 2 "$pyhpc" install ../x
expect_exit 2 "$pyhpc" install absent
expect_err 'there is no stack absent; there are: compute login'

expect_exit 0 "$pyhpc" install login
expect_out 'pyhpc login is ready'
expect_exit 0 "$pyhpc" list
grep -q '^login *installed' out || fail 'not said to be installed'
grep -q '^compute *- ' out || fail 'said to be installed'
expect_exit 0 "$pyhpc" run login tree --version
expect_out 'tree v2.1.0'
expect_equal "$(echo 'tree --version' | SHELL=/bin/sh "$pyhpc" shell login | cut -c1-6)" 'tree v'

# An upgrade: another stack file, and only what differs is built.
echo '  bzip2:' >>pyhpc/stacks/login.yaml
expect_exit 0 "$pyhpc" upgrade
expect_equal "$(cat out)" 'pyhpc login is ready'
expect_exit 0 "$pyhpc" run login bzip2 --help
expect_equal "$(artifacts home/.hashdist/artifacts | cut -d/ -f1 | xargs)" 'bzip2 tree'
says_only qsnake sage hpcmp
