#!/bin/sh
# Directories of `build --keep always`, and failed builds that somebody has looked into, go with gc by their age alone; newer failures
# do not push them out.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[builder]\nkeep-failed = 1\ntemp = %s/builds\n' "$PWD" >"$HDIST_HOME/.hashdistconfig"
spec fine 'echo x >$ARTIFACT/file' >fine.json
hdist build --keep always fine.json >/dev/null 2>err
for name in one two three; do
  spec $name 'exit 1' >$name.json
  expect_exit 1 hdist build $name.json
  [ $name != one ] || hdist debug one -- sh -c 'echo mine >by-hand' >out 2>err
done
expect_exit 0 hdist gc --grace 0
[ "$(find builds -path 'builds/fine-*/.build-kept')" ] || fail 'the kept build is gone'
[ "$(cat builds/one-*/work/by-hand)" = mine ] || fail 'what was changed by hand is gone'
[ -z "$(find builds -name 'two-*')" ] || fail 'a failed build beyond the newest stays'
touch -d '31 days ago' builds/fine-*/.build-kept
expect_exit 0 hdist --json gc --dry-run
expect_equal "$(json out '[item["what"] for item in d["builds"]]')" "['kept build']"
touch -d '31 days ago' builds/one-*/.build-failed
expect_exit 0 hdist gc --grace 0
expect_out '2 x kept build'
expect_equal "$(ls builds)" "$(basename builds/three-*)"
