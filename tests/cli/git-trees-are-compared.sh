#!/bin/sh
# The digest of what a commit gives is noted, shown, and compared: a tree other than before is not unpacked.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

git_repository "$PWD/sub.git" 'echo sub >file'
# shellcheck disable=SC2016
git_repository "$PWD/tool.git" 'mkdir d; echo 1 >d.c; echo 2 >d/run; chmod +x d/run; ln -s ../d d/link
printf "a\r\n" >text; printf "* text=auto eol=lf export-ignore\n" >.gitattributes; git_here -c core.autocrlf=false submodule -q add ../sub.git m'
expect_exit 0 hdist fetch tool.git
key=$(cat out)
expect_exit 0 hdist unpack "$key" there
expect_exit 0 hdist fetch there
tree=$(cat out)
expect_exit 0 hdist source info "$key"
expect_out "tree      $tree"
expect_exit 0 hdist --json source info "$key"
expect_equal "$(json out 'd["sources"][0]["tree"]')" "$tree"

note=$HDIST_HOME/.hashdist/source/commits/${key#git:}.json
other=dir:$(printf %051d 0 | tr 0 a)q
sed -i "s/$tree/$other/" "$note"
expect_exit 1 hdist unpack "$key" other
expect_err "gives $tree, and gave $other when it was kept"
refute_file other
expect_exit 1 hdist source verify "$key"
expect_out '1 read, 1 damaged'
rm "$note"
expect_exit 0 hdist unpack "$key" other
grep -q "\"tree\":\"$tree\"" "$note"
