#!/bin/sh
# A server that gives other content than the key says: named, refused, not in the store.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir www
tarball www/right.tar.gz file right
tarball www/wrong.tar.gz file wrong
key=$(hdist fetch www/right.tar.gz)
rm -r "$HDIST_HOME/.hashdist"
serve www
recipe one 1 'cp file $ARTIFACT/one' "sources: [{key: \"$key\", url: \"$url/wrong.tar.gz\"}]"
stack s one
expect_exit 1 hdist update
expect_err "$url/wrong.tar.gz"
expect_err "$key"
expect_err 'not tried because of'
[ -z "$(find "$HDIST_HOME/.hashdist/source/packs" "$HDIST_HOME/.hashdist/source/tmp" -type f)" ] || fail 'something was kept'
refute_file "$HDIST_HOME/.hashdist/profiles/s"
expect_exit 1 hdist fetch "$url/wrong.tar.gz" "$key"
sed -i 's/wrong/right/' recipes/one.yaml
expect_exit 0 hdist update
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/s/one")" right
