#!/bin/sh
# http and git: addresses; what is known is not asked for; the user's credentials are used and kept nowhere.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p repos/private
git_repository "$PWD/repos/a.git" 'echo one >file'
git_repository "$PWD/repos/private/b.git" 'echo two >file'
one=$(git -C repos/a.git rev-parse master)
serve_git repos
expect_exit 0 hdist fetch "$git_plain/a.git" master
expect_equal "$(cat out)" "git:$one"
: >git-requests
expect_exit 0 hdist fetch "$git_http/a.git" "git:$one"
expect_exit 0 hdist fetch "$git_http/a.git" "$one"
expect_equal "$(cat git-requests)" ''
expect_exit 0 hdist fetch "$git_http/a.git" master
expect_equal "$(cat out)" "git:$one"
[ -s git-requests ] || fail 'a branch was not looked at again'
expect_exit 1 hdist fetch --offline "$git_http/a.git" master
git_repository "$PWD/repos/a.git" 'echo more >file'
expect_exit 0 hdist fetch "$git_http/a.git" master
expect_equal "$(cat out)" "git:$(git -C repos/a.git rev-parse master)"
expect_exit 1 hdist fetch "$git_http/absent.git" master
expect_exit 1 hdist fetch "$git_http/private/b.git" master
refute_file "$HDIST_HOME/.netrc"
secret=$(echo "$git_http" | sed 's|//|//me:secret@|')
expect_exit 0 hdist fetch "$secret/private/b.git" master
expect_equal "$(cat out)" "git:$(git -C repos/private/b.git rev-parse master)"
refute_err secret
HOME=$PWD/user
export HOME
mkdir user
git config --global credential.helper '!f() { echo username=me; echo password=secret; }; f'
expect_exit 0 hdist fetch "$git_http/private/b.git"
if grep -r secret "$HDIST_HOME"; then fail 'a password was kept'; fi
