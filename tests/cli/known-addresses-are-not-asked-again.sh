#!/bin/sh
# One request for two fetches; --refresh asks again and warns when it gives something else.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir www
tarball www/a.tar.gz file one
serve www
expect_exit 0 hdist fetch "$url/a.tar.gz"
first=$(cat out)
expect_exit 0 hdist --json fetch "$url/a.tar.gz"
expect_equal "$(json out 'd["sources"][0]["was_present"], d["sources"][0]["key"]')" "(True, '$first')"
expect_equal "$(wc -l <requests)" 1
tarball www/a.tar.gz file two
expect_exit 0 hdist fetch "$url/a.tar.gz"
expect_equal "$(cat out)" "$first"
expect_exit 0 hdist fetch --refresh "$url/a.tar.gz"
[ "$(cat out)" != "$first" ] || fail 'the old key'
expect_err warning
second=$(cat out)
expect_exit 0 hdist fetch --offline "$url/a.tar.gz"
expect_equal "$(cat out)" "$second"
expect_exit 0 hdist unpack "$first" old
expect_equal "$(cat old/file)" one
expect_exit 1 hdist fetch --offline "$url/other.tar.gz"
expect_equal "$(grep -c other requests || :)" 0
