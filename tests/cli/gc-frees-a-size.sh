#!/bin/sh
# gc --free takes enough of what may go and no more, first what is built fastest for its size; --older-than says what may go, whatever
# the settings say; old generations go only when the rest is not enough.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

hdist config set profiles.keep-generations 1 2>err
for size in 100000 200000 300000; do
  spec "s$size" "head -c $size /dev/zero >\$ARTIFACT/file" >s.json
  hdist build s.json >/dev/null 2>err
done
recipe hello 1 'mkdir -p $ARTIFACT; echo 1 >$ARTIFACT/hello'
stack mine hello
hdist update >/dev/null 2>err
recipe hello 1 'mkdir -p $ARTIFACT; echo 2 >$ARTIFACT/hello'
hdist update >/dev/null 2>err

expect_exit 0 hdist --json gc --dry-run --older-than 0 --free 100KiB
before=$(json out 'sorted(item["id"].split("/")[0] for item in d["removed"])')
expect_equal "$(json out 'len(d["generations"])')" 0
expect_exit 0 hdist --json gc --grace 0 --older-than 0 --free 100KiB
expect_equal "$(json out 'sorted(item["id"].split("/")[0] for item in d["removed"])')" "$before"
expect_equal "$(json out 'd["freed"] >= 102400 and d["spared"] >= 1')" True
expect_exit 0 hdist --json gc --grace 0 --older-than 0 --free 1G
expect_equal "$(json out '[d["spared"], len(d["kept"]), len(d["generations"])]')" '[0, 1, 1]'
expect_err 'that is less than 1.0 GiB'
expect_exit 2 hdist gc --free much
expect_err '--free takes a size'
expect_exit 2 hdist gc --sources --free 1G
