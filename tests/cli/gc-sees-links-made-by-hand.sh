#!/bin/sh
# A link into the store protects what it leads to: by 'resolve --root', 'root add', or in the folder of profiles.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for name in one two three four; do
  spec "$name" 'echo >$ARTIFACT/file' | hdist build >/dev/null
done
mkdir -p links "$HDIST_HOME/.hashdist/profiles"
expect_exit 0 hdist resolve --root links/one one
expect_equal "$(readlink links/one)" "$(hdist resolve one)"
ln -sf "$(hdist resolve two)" "$HDIST_HOME/.hashdist/profiles/default"
ln -s "$(hdist resolve three)" links/real
ln -s real links/three
expect_exit 0 hdist root add links/three
find "$HDIST_HOME" -name '*.json' -path '*/artifacts/*/*' -exec touch -d '40 days ago' {} +
expect_exit 0 hdist gc --grace 0
expect_out 'removed   four/'
expect_out '3 artifacts ('
rm links/one "$HDIST_HOME/.hashdist/profiles/default" links/real
expect_exit 0 hdist gc --grace 0
for name in one two three; do expect_out "removed   $name/"; done
