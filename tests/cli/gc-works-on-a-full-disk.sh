#!/bin/sh
# gc makes room where nothing is free any more, no block or no inode; and a link that was made by hand protects also when it
# cannot be registered.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

make_disk
spec old 'head -c 300000 /dev/zero >$ARTIFACT/file' >old.json
spec kept 'echo x >$ARTIFACT/file' >kept.json
spec next 'echo y >$ARTIFACT/file' >next.json
cat >inside.sh <<'END'
mount -t tmpfs -o "$1" tmpfs disk
export HDIST_HOME=$PWD/disk/home
mkdir -p "$HDIST_HOME/.hashdist/profiles" disk/fill
printf '[gc]\nkeep-unreferenced = never\n[builder]\ntemp = %s/disk/builds\n' "$PWD" >"$HDIST_HOME/.hashdistconfig"
"$HDIST" build old.json
ln -s "$("$HDIST" resolve "$("$HDIST" build kept.json)")" "$HDIST_HOME/.hashdist/profiles/mine"
"${PYTHON:-/usr/bin/python3}" -c 'import itertools
try:
    for i in itertools.count():
        with open(f"disk/fill/{i}", "wb", buffering=0) as file:
            while file.write(bytes(4096)) == 4096 and i < 1:
                pass
except OSError as error:
    print(error.strerror)' >full
if mkdir disk/more 2>/dev/null && head -c 4096 /dev/zero 2>/dev/null >disk/more/file; then exit 99; fi
rm -rf disk/more
"$HDIST" gc --grace 0 >out 2>err
cat "$("$HDIST" resolve kept)/file" >content
if "$HDIST" resolve old >gone 2>&1; then exit 98; fi
"$HDIST" build next.json >next
END
for options in size=2M,nr_inodes=4000 size=400M,nr_inodes=300; do
  code=0
  unshare --map-root-user --mount sh -eu inside.sh "$options" || code=$?
  [ $code = 0 ] || fail "exit $code: gc on a full disk of $options"
  expect_out 'removed   old/'
  expect_equal "$(cat full content)" "No space left on device
x"
done
