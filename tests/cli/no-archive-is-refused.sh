#!/bin/sh
# A page of HTML, nothing at all, half an archive, and a 404, where an archive should be.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir www
echo '<!DOCTYPE html><html>Not found</html>' >www/page.tar.gz
: >www/empty.tar.gz
tarball whole.tar.gz file "$(seq 1000)"
head -c 300 whole.tar.gz >www/half.tar.gz
serve www
for name in page empty; do
  expect_exit 1 hdist fetch "$url/$name.tar.gz"
  expect_err "$url/$name.tar.gz"
done
expect_exit 1 hdist fetch "$url/absent.tar.gz"
expect_err 404
key=$(hdist fetch whole.tar.gz)
rm -r "$HDIST_HOME/.hashdist"
expect_exit 1 hdist fetch "$url/half.tar.gz" "$key"
expect_exit 2 hdist fetch "$PWD/absent"
expect_err "$PWD/absent"
expect_exit 0 hdist fetch "$PWD/www/half.tar.gz"
expect_exit 1 hdist unpack "$(cat out)" half
refute_file half
