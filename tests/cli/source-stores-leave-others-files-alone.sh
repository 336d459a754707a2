#!/bin/sh
# A directory becomes a source store only where nothing of its owner's is taken for the store's; what has other names stays.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo a >a
key=$(hdist fetch a)
mkdir -p stick/tmp/thesis
echo x >stick/tmp/thesis/ch1.tex
touch -d '3 days ago' stick/tmp/thesis
expect_exit 3 hdist bundle stick "$key"
expect_err "$PWD/stick is no source store"
expect_err 'Name a new or an empty directory'
expect_file stick/tmp/thesis/ch1.tex
refute_file stick/store.json
mkdir -p disk/photos
expect_exit 0 hdist bundle disk "$key"
expect_exit 0 hdist bundle disk "$key"
expect_out "present  $key"

store=$HDIST_HOME/.hashdist/src
mkdir -p "$store/tmp/thesis" "$store/users" "$store/condemned"
for file in tmp/thesis/ch1.tex tmp/notes users/file urls/bookmarks condemned/list; do
  mkdir -p "$(dirname "$store/$file")"
  echo x >"$store/$file"
  touch -d '3 days ago' "$store/$file"
done
touch -d '3 days ago' "$store/tmp/thesis"
expect_exit 0 hdist gc --sources
expect_exit 0 hdist fetch a
for file in tmp/thesis/ch1.tex tmp/notes users/file urls/bookmarks condemned/list; do expect_file "$store/$file"; done
