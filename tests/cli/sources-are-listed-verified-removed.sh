#!/bin/sh
# source list, info, verify, rm: by keys or their beginnings; what is damaged is named, the rest is read all the same.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball a.tar.gz file a
echo b >b
git_repository "$PWD/c.git" 'echo c >file'
a=$(hdist fetch a.tar.gz -t kept)
b=$(hdist fetch b)
c=$(hdist fetch c.git)
expect_exit 0 hdist source list
expect_equal "$(cut -d' ' -f1 out)" "$(printf '%s\n%s\n%s\n' "$a" "$b" "$c" | sort)"
expect_out '#kept'
expect_exit 0 hdist source info "$(printf %.12s "$a")"
expect_out "key       $a"
expect_out 'tag       kept'
expect_out "address   $PWD/a.tar.gz"
expect_exit 0 hdist source verify
expect_out '3 read, 0 damaged'

file=$(json "$(hdist --json source info "$b" >info; echo info)" 'd["sources"][0]["path"]')
chmod u+w "$file"
echo x >"$file"
expect_exit 1 hdist source verify
expect_out "damaged  $b"
expect_out '3 read, 1 damaged'
mv b elsewhere
expect_exit 1 hdist source verify --repair
expect_out 'it cannot be repaired: '
mv elsewhere b
expect_exit 0 hdist source verify --repair
expect_out "repaired $b"
expect_exit 0 hdist source verify
expect_exit 0 hdist source verify "$a" "$c"
expect_exit 0 hdist source rm --dry-run "$b"
expect_file "$file"
expect_exit 0 hdist source rm "$b" "${c#git:}"
expect_out "removed   $c"
refute_file "$file"
expect_exit 2 hdist source info "$b"
expect_err "there is no source $b"
expect_exit 2 hdist source rm
expect_exit 2 hdist source rm xyz
expect_exit 2 hdist source move "$a"
expect_exit 0 hdist unpack "$a" there
