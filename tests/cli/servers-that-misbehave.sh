#!/bin/sh
# What a server gives is either what is expected, or nothing, soon; and nothing of it stays in the store. What is said then, address, cause,
# server and next step, is tests/golden/source/bad-servers.txt.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
bad_server 200000

# reject MODE 'reason': as the only address, and then beside a good one, which is taken.
reject() {
  expect_exit 1 hdist --quiet fetch "$bad/$1/x.tar.gz" "$sha"
  expect_err "$bad/$1/x.tar.gz"
  expect_err "$2"
  { printf '== %s\n' "$1"; grep -v '^failed ' err; } >>said
  expect_equal "$(find "$HDIST_HOME/.hashdist/source/packs" "$HDIST_HOME/.hashdist/source/tmp" -type f 2>/dev/null | grep -v /part-)" ''
}
reject missing 'the server answered with status 404'
reject always-busy 'the server answered with status 500'
reject page 'gave an HTML page, expected a tar.gz archive'
reject without-length "(1000 bytes), expected $sha"
reject always-cut 'the connection ended after 1000 of'
reject wrong-part 'the connection ended after'
reject another-part 'the server sent another part than it was asked for'
reject changed "bytes), expected $sha"
reject too-long "bytes), expected $sha"
reject loop 'more than 10 redirects'
reject to-file 'file:///etc/passwd is no address that can be read from here'
reject flood '127.0.0.1: '
reject noise '127.0.0.1: '
reject closed '127.0.0.1: '
# A server whose certificate nobody vouches for.
"$PYTHON" "$HDIST_SOURCE_DIR/tests/golden/tls/server.py" >tls-port 2>/dev/null &
background="$background $!"
await test -s tls-port
plain=$bad bad=https://127.0.0.1:$(cat tls-port)
reject wrong-certificate '127.0.0.1: SSL '
bad=$plain
# What libcurl says of some is its own.
sed -e 's#\(/\(flood\|noise\|closed\|wrong-certificate\)/x.tar.gz .* cannot be fetched: 127.0.0.1: \).*#\1...#' \
  -e 's/127\.0\.0\.1:[0-9]*/127.0.0.1:PORT/; s/tar\.gz:[a-z2-7]\{52\}/tar.gz:KEY/g; s/sha256:[0-9a-f]\{64\}/sha256:HEX/g' \
  -e 's/([0-9]* bytes)/(N bytes)/; s/of [0-9]* bytes/of N bytes/; s/after [0-9]* of/after M of/' said >messages
golden=$HDIST_GOLDEN_DIR/source/bad-servers.txt
[ -z "${HDIST_ACCEPT:-}" ] || cp messages "$HDIST_SOURCE_DIR/tests/golden/source/bad-servers.txt"
diff "$golden" messages || fail 'other messages'

# take MODE: it gives what is expected in the end.
take() {
  expect_exit 0 hdist fetch "$bad/$1/x.tar.gz" "$sha"
  hdist unpack "$(cat out)" "unpacked-$1"
  cmp top/file "unpacked-$1/file"
  hdist source rm "$(cat out)" >/dev/null
}
take good
take busy-at-first
take cut
take cut-without-parts
take compressed
expect_equal "$(grep -c '^/cut/x.tar.gz bytes=' bad-requests)" "$(($(grep -c '^/cut/' bad-requests) - 1))"
