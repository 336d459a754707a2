#!/bin/sh
# A DNS server that never answers: the next address is taken, and the next process does not ask for the name again.
# In a network of its own, where loopback has a name server that only counts.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

if [ -z "${INSIDE:-}" ]; then
  unshare -rmn true 2>/dev/null || { echo 'skipped: user namespaces cannot be made here'; exit 77; }
  [ -e /etc/resolv.conf ] || { echo 'skipped: there is no /etc/resolv.conf to stand in for'; exit 77; }
  INSIDE=1 exec unshare -rmn sh "$0"
fi
echo 'nameserver 127.0.0.1' >resolv.conf
echo 'hosts: files dns' >nsswitch.conf
mount --bind resolv.conf /etc/resolv.conf
[ ! -e /etc/nsswitch.conf ] || mount --bind nsswitch.conf /etc/nsswitch.conf
: >queries
"${PYTHON:-/usr/bin/python3}" -c 'import fcntl, socket, struct
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(server, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
server.bind(("127.0.0.1", 53))
open("ready", "w")
while True:
    open("queries", "ab").write(server.recv(4096)[13:17] + b"\n")' &
background="$background $!"
await test -e ready
mkdir www
tarball www/a.tar.gz file one
serve www
key=$(hdist fetch www/a.tar.gz)
rm -r "$HDIST_HOME/.hashdist/source"
recipe a 1 'cp file $ARTIFACT/a' "sources: [{alternatives: [{key: \"$key\", url: \"http://dead.example/a.tar.gz\"}, {key: \"$key\", url: \"$url/a.tar.gz\"}]}]"
stack s a
expect_exit 0 hdist update
expect_equal "$(sort -u queries)" dead
asked=$(wc -l <queries)
expect_exit 1 hdist fetch http://dead.example/b.tar.gz
expect_err 'dead.example was not reachable'
expect_err 'so it was not asked'
expect_equal "$(wc -l <queries)" "$asked"
expect_exit 1 hdist fetch --refresh http://dead.example/b.tar.gz
expect_err 'dead.example: could not resolve the host within'
[ "$(wc -l <queries)" -gt "$asked" ] || fail 'the name was not asked for again'
