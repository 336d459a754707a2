#!/bin/sh
# A repository and a ref: the commit's key is all of stdout; a branch is looked at again, a commit is not.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

git_repository "$PWD/tool.git" 'echo one >file; mkdir d; echo x >d/run; chmod +x d/run'
expect_exit 0 hdist fetch tool.git master -ttransient
one=$(git -C tool.git rev-parse master)
expect_equal "$(cat out)" "git:$one"
grep -q '"tags":\["transient"\]' "$HDIST_HOME/.hashdist/source/commits/$one.json"
git_repository "$PWD/tool.git" 'echo two >file'
two=$(git -C tool.git rev-parse master)
expect_exit 0 hdist fetch "file://$PWD/tool.git"
expect_equal "$(cat out)" "git:$two"
expect_exit 0 hdist fetch tool.git "$one" "git+file://$PWD/tool.git.work" master tool.git "git:$two"
expect_equal "$(cat out)" "git:$one
git:$two
git:$two"
expect_exit 1 hdist fetch tool.git nobranch
expect_err 'there is no branch and no tag called nobranch; there are master'
expect_exit 1 hdist fetch tool.git mster
expect_err "is 'master' meant?"
expect_exit 2 hdist fetch absent.git master
expect_err 'there is no such file or directory'
rm -rf tool.git tool.git.work
expect_exit 0 hdist fetch tool.git "$one"
expect_exit 0 hdist fetch tool.git "git:$two"
expect_exit 0 hdist unpack "git:$one" there
expect_equal "$(cat there/file; ls there; stat -c %a there/d/run)" 'one
d
file
755'
expect_exit 2 hdist unpack "git:$(printf %040d 0)" other
expect_exit 2 hdist unpack --strip 1 "git:$one" other
