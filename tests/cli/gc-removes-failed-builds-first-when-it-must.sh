#!/bin/sh
# A store of an earlier release has no reserve for gc: on a full disk, failed builds that may go make the room for it to begin.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

make_disk
spec old 'head -c 300000 /dev/zero >$ARTIFACT/file' >old.json
spec failing 'head -c 100000 /dev/zero >file; false' >failing.json
cat >inside.sh <<'END'
mount -t tmpfs -o size=2M tmpfs disk
export HDIST_HOME=$PWD/disk/home
mkdir -p "$HDIST_HOME" disk/fill
for keep in 1 0; do
  printf '[gc]\nkeep-unreferenced = never\n[builder]\ntemp = %s/disk/builds\nkeep-failed = %s\n' "$PWD" $keep >keep-$keep
done
"$HDIST" --config keep-1 build old.json
"$HDIST" --config keep-1 build failing.json || :
rm "$HDIST_HOME"/.hashdist/artifacts/gc.reserve.*
head -c 3000000 /dev/zero >disk/fill/file || :
code=0
"$HDIST" --config keep-1 gc --grace 0 >refused 2>&1 || code=$?
echo $code >code
"$HDIST" --config keep-0 gc --grace 0 >out 2>err
END
unshare --map-root-user --mount sh -eu inside.sh 2>messages || { cat messages; fail 'gc on a full disk'; }
expect_equal "$(cat code)" 1
grep -q 'No space left on device' refused
expect_out 'removed   old/'
expect_out 'failed build'
