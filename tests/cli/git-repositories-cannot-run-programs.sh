#!/bin/sh
# Addresses, submodules, attributes and hooks that would run a program or read this machine: nothing of it happens.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for address in "ext::sh -c 'touch pwned'" "ext::sh -c touch% pwned x.git" 'ext::x.git' 'git+ext::sh' 'fd::7/x.git'; do
  expect_exit 2 hdist fetch "$address"
  expect_err 'not supported'
done
expect_exit 2 hdist fetch -- '--upload-pack=touch pwned;x.git' master
expect_exit 2 hdist fetch -- -oProxyCommand=touch:x.git
mkdir repos
git_repository "$PWD/repos/inner.git" 'echo x >x'
inner=$(git -C repos/inner.git rev-parse master)
for url in "ext::sh -c 'touch $PWD/pwned'" "--upload-pack=touch $PWD/pwned" "$PWD/repos/inner.git" "file://$PWD/repos/inner.git"; do
  rm -rf repos/bad.git repos/bad.git.work
  git_repository "$PWD/repos/bad.git" "git_here update-index --add --cacheinfo 160000,$inner,lib; mkdir lib
    git config -f .gitmodules submodule.lib.path lib; git config -f .gitmodules submodule.lib.url \"$url\"; git add .gitmodules
    git_here commit -qm one; git_here reset -q --hard; echo 1 >n"
  [ -n "${git_http:-}" ] || serve_git repos
  expect_exit 1 hdist fetch "$git_http/bad.git" master
  expect_err 'its submodule lib has the address'
done
git_repository "$PWD/hooks.git" "echo '* filter=evil' >.gitattributes; echo x >file; ln -s /etc link"
git config -f hooks.git/config filter.evil.smudge "touch $PWD/pwned"
git config -f hooks.git/config uploadpack.packObjectsHook "touch $PWD/pwned; exec"
expect_exit 0 hdist fetch hooks.git master
expect_exit 0 hdist unpack "$(cat out)" out.d
expect_equal "$(cat out.d/file; readlink out.d/link)" 'x
/etc'
refute_file pwned
