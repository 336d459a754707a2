#!/bin/sh
# A first address that never answers: the next one is taken soon, and the dead one is remembered.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir www
tarball www/a.tar.gz file one
tarball www/b.tar.gz file two
serve www
"${PYTHON:-/usr/bin/python3}" -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0), backlog=64)
open("dead", "w").write("http://127.0.0.1:%d" % s.getsockname()[1])
time.sleep(100)' &
background="$background $!"
await test -s dead
for name in a b; do
  key=$(hdist fetch www/$name.tar.gz)
  recipe $name 1 "cp file \$ARTIFACT/$name" "sources: [{alternatives: [{key: \"$key\", url: \"$(cat dead)/$name.tar.gz\"}, {key: \"$key\", url: \"$url/$name.tar.gz\"}]}]"
done
rm -r "$HDIST_HOME/.hashdist"
start=$(date +%s)
stack s a b
expect_exit 0 hdist update
[ $(($(date +%s) - start)) -lt 15 ] || fail 'waited too long'
expect_equal "$(sort requests | tr '\n' ' ')" '/a.tar.gz /b.tar.gz '
tarball www/c.tar.gz file three
key=$(hdist --config /dev/null fetch www/c.tar.gz)
rm -r "$HDIST_HOME/.hashdist/source"
start=$(date +%s%N)
expect_exit 0 hdist fetch "$url/c.tar.gz" "$key"
[ $((($(date +%s%N) - start) / 1000000)) -lt 1500 ] || fail 'a live host was slow'
