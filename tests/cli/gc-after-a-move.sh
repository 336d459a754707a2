#!/bin/sh
# A home was moved, its store stayed where it is: the first gc from the new place, and its dry run, know the generations there.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[builder]\nstore = %s/store\n[gc]\nkeep-unreferenced = never\n' "$PWD" >"$HDIST_HOME/.hashdistconfig"
for name in one two; do
  spec "$name" "mkdir \$ARTIFACT/bin; printf '#!/bin/sh\\necho $name\\n' >\$ARTIFACT/bin/p; chmod +x \$ARTIFACT/bin/p" | hdist build >"$name"
  expect_exit 0 hdist makeprofile mine "$(cat "$name")"
done
mv home moved
HDIST_HOME=$PWD/moved
find store/roots -type l -exec touch -h -d "3 days ago" {} + # a root that leads nowhere counts for a day
expect_exit 0 hdist gc --dry-run --grace 0
expect_out '2 artifacts ('
expect_exit 0 hdist gc --grace 0
expect_out '2 artifacts ('
expect_equal "$(hdist run mine -- p)" two
# Registered now: also a gc that knows nothing of this home keeps them.
printf '[hashdist]\nprofiles = %s/none\n[builder]\nstore = %s/store\n[gc]\nkeep-unreferenced = never\n' "$PWD" "$PWD" >other
expect_exit 0 env HDIST_HOME="$PWD/nobody" "$HDIST" --config other gc --grace 0
expect_out '2 artifacts ('
