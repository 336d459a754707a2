#!/bin/sh
# Twenty users build in one store, each with a profile of his own; whoever collects the garbage, every profile still runs, and of what
# nothing needs each removes his own. A home that is closed to the one who collects stops him; root sees it all.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || exit 77
setpriv --reuid 4201 --regid 4200 --clear-groups true 2>/dev/null || exit 77
chmod 755 . # the folder of the test
mkdir users store
chgrp 4200 store
chmod 3775 store
trust=$(seq -s ', ' 4201 4220)
spec base 'mkdir $ARTIFACT/bin; echo base >$ARTIFACT/base' >base.json
as() {
  user=$1
  shift
  setpriv --reuid "$user" --regid 4200 --clear-groups env HOME="$PWD/users/$user" HDIST_HOME="$PWD/users/$user" TMPDIR="$PWD/users/$user/tmp" \
    HDIST_CONFIG="$PWD/config" sh -c "umask 022; cd '$PWD/users/$user' && exec \"\$@\"" sh "$@"
}
printf '[builder]\nstore = %s/store\nshare = group\ntrust = %s\n[gc]\nkeep-unreferenced = never\n[profiles]\nkeep-generations = 1\n' \
  "$PWD" "$trust" >config
chmod 644 config base.json
for user in $(seq 4201 4220); do
  mkdir -p "users/$user/tmp"
  chown -R "$user":4200 "users/$user"
done
base=$(as 4201 "$HDIST" build "$PWD/base.json" 2>err) || fail 'the first cannot build'
for user in $(seq 4201 4220); do
  spec "tool$user" "mkdir \$ARTIFACT/bin; printf '#!/bin/sh\ncat %s\n' \"\$BASE_DIR/base\" >\$ARTIFACT/bin/tool; chmod +x \$ARTIFACT/bin/tool" \
    "\"build\": {\"import\": [{\"ref\": \"BASE\", \"id\": \"$base\"}]}" \
    >"users/$user/tool.json"
  spec "garbage$user" 'echo x >$ARTIFACT/x' >"users/$user/garbage.json"
  as "$user" "$HDIST" build tool.json >id 2>err || fail "$user cannot build"
  as "$user" "$HDIST" makeprofile mine "$(cat id)" >out 2>err || fail "$user has no profile"
  as "$user" "$HDIST" build garbage.json >out 2>err || fail "$user cannot build"
done
all_run() {
  for user in $(seq 4201 4220); do
    expect_equal "$(as "$user" "$HDIST" run mine -- tool 2>err)" base
  done
}
chmod 700 users/4203
code=0
as 4207 "$HDIST" gc --grace 0 >out 2>err || code=$?
expect_equal $code 3
expect_err "nothing was removed, because what keeps artifacts cannot all be read"
expect_err "users/4203/"
chmod 755 users/4203
as 4207 "$HDIST" gc --grace 0 >out 2>err || fail 'gc of a user'
expect_out 'garbage4207/'
expect_equal "$(find store -mindepth 1 -maxdepth 1 -name '*garbage*' | wc -l)" 20
all_run
chmod 700 users/4203
HDIST_CONFIG=$PWD/config expect_exit 0 hdist gc --grace 0
expect_equal "$(grep -c '^removed   garbage' out)" 19
all_run
