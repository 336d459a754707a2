#!/bin/sh
# What a server gives is either what is expected, or nothing, soon, with the reason; and nothing of it stays in the store.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
bad_server 200000

# reject MODE 'reason': as the only address, and then beside a good one, which is taken.
reject() {
  expect_exit 1 hdist fetch "$bad/$1/x.tar.gz" "$sha"
  expect_err "127.0.0.1"
  expect_err "$2"
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
