#!/bin/sh
# Who owns a group's store may rename what others made there, but not write to it: on a full disk gc takes the reserve of its own user.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || exit 77
setpriv --reuid 4302 --regid 4300 --clear-groups true 2>/dev/null || exit 77
chmod 755 .
mkdir disk
unshare --mount mount -t tmpfs -o size=1M tmpfs disk 2>/dev/null || exit 77
spec old 'head -c 300000 /dev/zero >$ARTIFACT/file' >old.json
spec other 'echo x >$ARTIFACT/file' >other.json
chmod 644 old.json other.json
cat >inside.sh <<'END'
mount -t tmpfs -o size=2M,mode=755 tmpfs disk
mkdir disk/store disk/4301 disk/4302
for user in 4301 4302; do chown $user:4300 disk/$user; done
chown 4302:4300 disk/store
chmod 3775 disk/store
printf '[builder]\nstore = %s/disk/store\nshare = group\ntrust = 4301, 4302\n[gc]\nkeep-unreferenced = never\n' "$PWD" >config
chmod 644 config
as() {
  user=$1
  shift
  setpriv --reuid "$user" --regid 4300 --clear-groups env HOME="$PWD/disk/$user" HDIST_HOME="$PWD/disk/$user" TMPDIR="$PWD/disk/$user" \
    HDIST_CONFIG="$PWD/config" sh -c 'umask 002; exec "$@"' sh "$@"
}
as 4302 "$HDIST" build old.json
as 4301 "$HDIST" build other.json
as 4301 "$HDIST" gc --grace 0
test -e disk/store/gc.reserve.4301 && test -e disk/store/gc.reserve.4302
head -c 3000000 /dev/zero >disk/filled || :
as 4302 "$HDIST" gc --grace 0 >out
END
unshare --mount sh -eu inside.sh >messages 2>&1 || { cat messages; fail 'gc of the owner on a full disk'; }
expect_out 'removed   old/'
