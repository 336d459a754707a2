#!/bin/sh
# What was downloaded before the connection ended for good, or somebody pressed Ctrl-C, is not downloaded again by the next run.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset http_proxy no_proxy 2>/dev/null || :

mkdir top
head -c 300000 /dev/urandom >top/file
tar -czf good.tar.gz top
"$PYTHON" "$HDIST_SOURCE_DIR/tests/cli/bad_server.py" good.tar.gz &
background="$background $!"
await test -e bad-port
url=http://127.0.0.1:$(cat bad-port)/crawl/x.tar.gz
sha=sha256:$(sha256sum good.tar.gz | cut -d' ' -f1)
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
