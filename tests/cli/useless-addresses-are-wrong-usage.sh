#!/bin/sh
# Addresses that nothing can be at: exit 2, one reason, no advice on the network.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

refused() {
  expect_exit 2 hdist fetch "$1"
  expect_err "$2"
  refute_err etwork
  refute_err proxy
  expect_equal "$(cat out)" ''
  expect_equal "$(grep -cF "$2" err)" "${3:-2}" # the line of the task, and the error
}
refused gopher://host/x.tar.gz 'addresses of this kind are not supported'
refused '' "given to 'fetch' is empty" 1
refused ' ' 'an address is empty' 1
refused "$PWD/absent.tar.gz" 'there is no such file or directory'
refused "file:$PWD/absent" 'there is no such file or directory'
refused file://elsewhere/x 'cannot name another host'
refused http:// 'not a valid address'
refused deb-src:nonsense 'deb-src:PACKAGE/FILE'
mkfifo pipe
refused pipe 'neither a regular file nor a directory'
recipe a 1 true "sources: [{key: \"tar.gz:$(printf %051d 0 | tr 0 a)q\", url: /absent.tar.gz}]"
stack s a
expect_exit 1 hdist update
expect_err '/absent.tar.gz (tar.gz:aaa'
expect_err 'cannot be fetched: there is no such file or directory'
refute_err etwork
