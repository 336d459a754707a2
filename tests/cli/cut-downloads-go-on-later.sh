#!/bin/sh
# What was downloaded before the connection ended for good, or somebody pressed Ctrl-C, is not downloaded again by the next run.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
bad_server 300000
url=$bad/crawl/x.tar.gz
size=$(stat -c %s good.tar.gz)

tries=0
until hdist fetch "$url" "$sha" >out 2>err; do
  expect_err "of $size bytes"
  tries=$((tries + 1))
  [ "$tries" -lt 10 ] || fail 'it does not get on'
done
[ "$tries" -ge 2 ] || fail "only $tries failures"
expect_equal "$(grep -c ' -$' bad-requests)" 1
hdist unpack "$(cat out)" there
cmp top/file there/file
expect_equal "$(ls "$HDIST_HOME/.hashdist/source/tmp")" ''
