#!/bin/sh
# Where memory is limited too much, that is what is said, and not that the installation is damaged.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file content
key=$(hdist fetch a.tar.gz)
# shellcheck disable=SC3045 # dash and bash have it
(ulimit -v 1000000 && hdist --version) >out 2>err || exit 77 # a program that needs much more (a sanitizer)
failed=0
for limit in 12 14 16 18 20 22 24 26 28 30 35 40 45 50 60 70 80 90; do
  rm -rf there
  # shellcheck disable=SC3045
  (ulimit -v "${limit}000" && hdist unpack "$key" there) >out 2>err && continue
  ! grep -q 'error while loading shared libraries' err || continue # it was not even begun
  failed=$((failed + 1))
  refute_err 'Install this program again'
  refute_err 'a defect of the program'
  grep -q 'not enough memory' err || fail "what is short, with $limit MB?"
done
[ "$failed" -gt 0 ] || fail 'nothing was short'
