#!/bin/sh
# Where the disk is full, neither log nor its copy can be written: the job's own failure is shown all the same.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

make_disk
spec full 'echo before; head -c 3000000 /dev/zero >$HOME/file || true; seq 100000; echo error: own failure; exit 7' >full.json
spec fine 'echo x >$ARTIFACT/file' >fine.json
cat >inside.sh <<'END'
mount -t tmpfs -o size=1M tmpfs disk
export HDIST_HOME=$PWD/disk
printf '[builder]\ntemp = %s/builds\n' "$PWD/disk" >disk/.hashdistconfig
code=0
"$HDIST" build full.json >out 2>err || code=$?
echo $code >code
rm -r disk/builds
"$HDIST" build fine.json >out2
END
unshare --map-root-user --mount sh -eu inside.sh
expect_equal "$(cat code)" 1
expect_err 'exit status 7'
expect_err 'error: own failure'
expect_err 'not kept whole'
expect_err 'No space left on device'
grep -q '^fine/' out2 || fail 'the next build does not work'
