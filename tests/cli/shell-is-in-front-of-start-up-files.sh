#!/bin/sh
# A start-up file that puts its own in front of PATH is read, and the profile is still in front, in bash, zsh and fish.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v script >/dev/null || exit 77
recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one of the profile\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one'
stack s one
expect_exit 0 hdist update
# fish makes the last of them itself otherwise, in a process that outlives it.
mkdir -p user/bin user/.config/fish user/.local/share/fish/generated_completions
printf '#!/bin/sh\necho one of the user\n' >user/bin/one
chmod +x user/bin/one
HOME=$PWD/user
export HOME
echo 'PATH=~/bin:/usr/bin:/bin; alias mine="echo my alias"' | tee "$HOME/.bashrc" >"$HOME/.zshrc"
echo 'ZSHENV=read; export ZSHENV' >"$HOME/.zshenv"
echo 'set -gx PATH ~/bin /usr/bin /bin' >"$HOME/.config/fish/config.fish"
for shell in bash zsh fish; do
  program=$(command -v $shell) || continue
  rm -f seen
  printf 'one >seen; mine >>seen; echo "zdotdir ${ZDOTDIR-none} $ZSHENV" >>seen; exit\n' >typed
  [ $shell != fish ] || printf 'one >seen; exit\n' >typed
  SHELL=$program script -qec "'$HDIST' shell s" /dev/null <typed >out 2>&1 || :
  expect_equal "$shell: $(head -1 seen)" "$shell: one of the profile"
  [ $shell = fish ] || grep -qx 'my alias' seen || fail "$shell: its start-up file was not read"
  [ $shell != zsh ] || grep -qx 'zdotdir none read' seen || fail "zsh: $(cat seen)"
done
