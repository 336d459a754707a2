#!/bin/sh
# One registry for several distributions: `hdist shell sage` and `hdist shell qsnake` enter what other brands made, in stores of their own.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

unset HDIST_HOME
HOME=$PWD/home
export HOME SHELL=/bin/sh
for brand in sage qsnake; do
  printf 'name = "%s"\ntitle = "%s"\ntagline = "of its own"\nshare = "none"\n' "$brand" "$brand" >"$brand.toml"
  expect_exit 0 hdist rebrand "$brand.toml" --output "apps/$brand"
  spec tool "mkdir \$ARTIFACT/bin; printf '#!/bin/sh\\necho $brand\\n' >\$ARTIFACT/bin/tool; chmod +x \$ARTIFACT/bin/tool" >spec.json
  "apps/$brand/bin/$brand" build spec.json >id 2>/dev/null
  expect_exit 0 "apps/$brand/bin/$brand" makeprofile "$PWD/apps/$brand/profile" "$(cat id)"
  # A distribution registers itself, and does so again at its next version.
  expect_exit 0 hdist profile link "$brand" "apps/$brand/profile"
  expect_exit 0 hdist profile link "$brand" "apps/$brand/profile"
done
for brand in sage qsnake; do
  expect_equal "$(hdist run "$brand" -- tool)" "$brand"
  expect_equal "$(echo tool | hdist shell "$brand")" "$brand"
done
refute_file home/.hashdist/artifacts
# A brand whose config names that folder takes part.
expect_exit 0 apps/qsnake/bin/qsnake config set qsnake.profiles "$HOME/.hashdist/profiles"
expect_equal "$(apps/qsnake/bin/qsnake run sage -- tool)" sage
expect_exit 3 apps/qsnake/bin/qsnake makeprofile sage "$(cat id)"
expect_equal "$(hdist run sage -- tool)" sage
