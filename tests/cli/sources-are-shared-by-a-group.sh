#!/bin/sh
# Two users of one group with umask 077 and 002 and one source store: what one fetched the other uses and does not remove; what an address
# gave, and how a repository is configured, is believed only of oneself, of root and of the store's owner.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
[ "$(id -u)" = 0 ] || exit 77 # who can be two users
top=$(mktemp -d /tmp/hdist-group-XXXXXX)
trap 'rm -rf "$top"' EXIT
chmod 755 "$top"
group=4300
as() { # as UID UMASK COMMAND...
  who=$1 mask=$2
  shift 2
  setpriv --reuid "$who" --regid "$who" --groups "$group" env HOME="$top/home$who" HDIST_HOME="$top/home$who" TMPDIR=/tmp \
    sh -c "umask $mask; cd $top/home$who; exec \"\$@\"" sh "$@"
}
mkdir "$top/store" "$top/home4301" "$top/home4302"
chown 4301:$group "$top/store"
chmod 2775 "$top/store" # as an administrator makes it
for who in 4301 4302; do
  printf '[sources]\nstore = %s/store\nshare = group\nkeep-file = never\n' "$top" >"$top/home$who/.hashdistconfig"
  echo "of $who" >"$top/home$who/file"
  chown -R "$who:$who" "$top/home$who"
done

first=$(as 4301 077 "$HDIST" fetch file)
expect_exit 0 as 4302 002 "$HDIST" unpack "$first" got
expect_equal "$(cat "$top/home4302/got")" "of 4301"
expect_exit 0 as 4302 077 "$HDIST" fetch -t shared file
expect_exit 0 as 4301 002 "$HDIST" fetch -t both "$top/home4302/file"
expect_exit 0 as 4301 002 "$HDIST" --json source list
expect_out '"both"'
expect_out '"shared"'

# A collection is about what one brought oneself, unless the store is one's own.
find "$top/store" -name '*.json' -path '*packs*' -exec sed -i 's/"last_use":[0-9]*/"last_use":5/' {} +
find "$top/store/packs" -type f -exec touch -d '1 day ago' {} +
expect_exit 0 as 4302 077 "$HDIST" -v gc --sources --dry-run
expect_out "uid 4301 brought it"
expect_out "would go"
expect_exit 3 as 4302 077 "$HDIST" source rm "$first"
expect_err "uid 4301"
expect_exit 0 as 4302 077 "$HDIST" unpack "$first" again
# What is no note hinders nobody.
note=$(find "$top/store/packs" -name '*.json' | head -n 1)
as 4302 077 sh -c "mv '$note' '$top/home4302/note' && mkfifo '$note'"
expect_exit 0 as 4301 077 "$HDIST" source list
expect_out "$first"
as 4302 077 mv "$top/home4302/note" "$note"

# A repository that another user made gives objects; its configuration does nothing.
as 4301 077 git init -q -b main made
as 4301 077 git -C made -c user.name=a -c user.email=a@b commit -q --allow-empty -m one
as 4301 077 git clone -q --bare made "$top/home4301/made.git"
as 4301 077 chmod -R go+rX "$top/home4301"
commit=$(as 4301 077 "$HDIST" fetch "$top/home4301/made.git")
config=$(find "$top/store/git" -name config)
printf '[core]\n\tfsmonitor = "touch %s/run; false"\n\tsshCommand = "touch %s/run; false"\n\tbare = nonsense\n' "$top" "$top" >>"$config"
expect_exit 0 as 4302 077 "$HDIST" unpack "$commit" tree
refute_file "$top/run"
as 4302 077 git config --global safe.directory '*' # git's own question, about the remote
expect_exit 0 as 4302 077 "$HDIST" fetch "$top/home4301/made.git"
expect_equal "$(cat out)" "$commit"
as 4301 077 git -C "$top/home4301/made.git" branch two "$(as 4301 077 git -C made -c user.name=a -c user.email=a@b commit-tree -m two 'HEAD^{tree}' |
  { read -r id; as 4301 077 git -C made push -q "$top/home4301/made.git" "$id:refs/heads/new"; echo "$id"; })"
as 4301 077 chmod -R go+rX "$top/home4301"
expect_exit 0 as 4302 002 "$HDIST" fetch "$top/home4301/made.git" two
refute_file "$top/run"
second=$(cat out)
expect_exit 0 as 4301 077 "$HDIST" unpack "$second" tree
expect_equal "$(stat -c '%a %u' "$top"/store/git/*-4302/config)" "644 4302"

# What an address gave: only the store's owner, root and oneself are believed.
mkdir www
echo good >www/a
serve www
trap 'kill $background 2>/dev/null || :; rm -rf "$top"' EXIT
url=$url/a
good=$(as 4301 077 "$HDIST" fetch "$url")
expect_equal "$(as 4302 077 "$HDIST" --quiet fetch --offline "$url")" "$good" # the owner's word
memory=$(echo "$top"/store/urls/*)
name=$(basename "$memory")
as 4302 077 sh -c "rm '$memory'; echo '$name $first' >'$memory'; chmod 644 '$memory'"
expect_equal "$(as 4302 077 "$HDIST" --quiet fetch --offline "$url")" "$first" # one's own
expect_equal "$(as 4301 077 "$HDIST" --quiet fetch "$url")" "$good"            # and nobody else's

# Of a private store the owner has opened the top, and nothing below it yet.
mkdir "$top/second"
chown 4301:$group "$top/second"
printf '[sources]\nstore = %s/second\n' "$top" >"$top/home4301/.hashdistconfig"
printf '[sources]\nstore = %s/second\nshare = group\n' "$top" >"$top/home4302/.hashdistconfig"
expect_exit 0 as 4301 022 "$HDIST" fetch file
chmod 2775 "$top/second"
expect_exit 3 as 4302 002 "$HDIST" fetch made.tar.gz
expect_err 'is not for a group'
