#!/bin/sh
# A commit whose objects are damaged in the store is fetched again from its repository, and other commits of it stay.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v git >/dev/null || exit 77

git init -q -b master work
work() { git -C work -c user.name=n -c user.email=e "$@"; }
commit() {
  echo "$1" >"work/$1"
  work add -A
  work commit -q -m "$1"
  hdist -q fetch work/.git master
}
first=$(commit one)
second=$(commit two)
# damage FILE: its object in the store
damage() {
  blob=$(work rev-parse "master:$1" | sed 's|^..|&/|')
  for object in "$HDIST_HOME"/.hashdist/source/git/*/objects/"$blob"; do
    chmod +w "$object"
    echo damaged >"$object"
  done
}

damage two
expect_exit 1 hdist source verify
expect_out "damaged  $second"
expect_exit 0 hdist source verify --repair
expect_out "repaired $second"
expect_exit 0 hdist source verify
expect_out '2 read, 0 damaged'

# Where it is needed it is mended without being told.
damage one
expect_exit 0 hdist unpack "$first" target
expect_equal "$(cat target/one)" one

# What is gone from its repository stays as it is, and is named.
damage two
mv work elsewhere
expect_exit 1 hdist source verify --repair
expect_out 'it cannot be repaired: '
expect_equal "$(hdist source list | grep -c 'git:')" 2
