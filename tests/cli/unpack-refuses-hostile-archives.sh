#!/bin/sh
# Entries that climb, are absolute or go through a link: nothing is written, outside or inside.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

python 'import io, tarfile
def entry(name, type=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = type, link
    info.size = 4 if type == tarfile.REGTYPE else 0
    return info
cases = {
    "climbs": [entry("a"), entry("../escaped")],
    "inside": [entry("a/b"), entry("a/../../escaped")],
    "absolute": [entry("a"), entry("/tmp/hdist-escaped")],
    "through": [entry("d/link", tarfile.SYMTYPE, "../../.."), entry("d/link/escaped")],
    "hardlink": [entry("d/a"), entry("d/b", tarfile.LNKTYPE, "../../victim")],
    "device": [entry("d/a"), entry("d/null", tarfile.CHRTYPE)],
    "fifo": [entry("d/a"), entry("d/fifo", tarfile.FIFOTYPE)],
}
for name, entries in cases.items():
    with tarfile.open(name + ".tar.gz", "w:gz") as archive:
        for info in entries:
            archive.addfile(info, io.BytesIO(b"evil") if info.size else None)'
echo precious >victim
mkdir in
for archive in *.tar.gz; do
  expect_exit 0 hdist fetch "$archive"
  key=$(cat out)
  for strip in '' '--strip 0'; do
    # shellcheck disable=SC2086
    code=0 && hdist unpack $strip "$key" in/to >out 2>err || code=$?
    [ "$code" = 1 ] || [ "$code" = 3 ] || fail "exit $code for $archive $strip"
    [ -z "$(ls -A in)" ] || fail "$archive $strip left something"
  done
done
[ -z "$(find . /tmp/hdist-escaped -name '*escaped' 2>/dev/null)" ] || fail 'something was written outside'
expect_equal "$(cat victim)" precious
