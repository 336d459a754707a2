#!/bin/sh
# Where a server cuts off one version of a file and gives parts of another, what is taken in the end is one version, whole.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
bad_server 200000

# take MODE [KEY]: the good one, from the beginning.
take() {
  mode=$1
  shift
  expect_exit 0 hdist fetch "$bad/$mode/x.tar.gz" "$@"
  hdist unpack "$(cat out)" "unpacked-$mode"
  cmp top/file "unpacked-$mode/file"
  hdist source rm "$(cat out)" >/dev/null
}
for mode in part-of-another-version part-without-version part-too-short part-of-another-size; do
  take "$mode"
  expect_equal "$(grep "^/$mode/" bad-requests | cut -d' ' -f2- | tr '\n' ' ')" '- bytes=50000- - '
done
for mode in same-date same-date-too; do
  expect_exit 1 hdist fetch "$bad/$mode/x.tar.gz" "$sha"
  expect_err 'the connection ended after 50000 of'
done
take same-date
take same-date-too "$sha"
