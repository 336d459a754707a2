#!/bin/sh
# A host that swallows connections is not asked by the next process either, for ten minutes; told by what the host sees.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir www
tarball www/a.tar.gz file one
tarball www/b.tar.gz file two
black_hole www
expect_exit 1 hdist fetch "$hole/a.tar.gz"
expect_err '127.0.0.2: no connection within'
expect_err "hdist fetch --refresh $hole/a.tar.gz"
touch open # from here on it answers, and notes who asks
await test -e opened
expect_exit 1 hdist fetch "$hole/a.tar.gz"
expect_err 'so it was not asked'
serve www
key=$(hdist fetch www/a.tar.gz)
rm -r "$HDIST_HOME/.hashdist/source"
recipe a 1 'cp file $ARTIFACT/a' "sources: [{alternatives: [{key: \"$key\", url: \"$hole/a.tar.gz\"}, {key: \"$key\", url: \"$url/a.tar.gz\"}]}]"
stack s a
expect_exit 0 hdist update
expect_equal "$(cat requests)" /a.tar.gz
dead=$HDIST_HOME/.hashdist/cache/dead-hosts
expect_equal "$(cut -d' ' -f1 "$dead")" 127.0.0.2
echo "127.0.0.2 $(($(date +%s) - 500))" >"$dead"
expect_exit 1 hdist fetch "$hole/b.tar.gz"
[ ! -s hole-requests ] || fail 'the dead host was asked'
echo "127.0.0.2 $(($(date +%s) - 601))" >"$dead"
expect_exit 0 hdist fetch "$hole/b.tar.gz"
expect_equal "$(cat hole-requests)" /b.tar.gz
echo "127.0.0.2 $(date +%s)" >"$dead"
expect_exit 0 hdist fetch --refresh "$hole/a.tar.gz"
expect_equal "$(cat out) $(wc -l <hole-requests)" "$key 2"
expect_equal "$(cat "$dead")" ''
