#!/bin/sh
# A brand: its own command, config, recipes and Python package; it works when moved, and says no other brand's name.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

unset HDIST_HOME
HOME=$PWD/home
export HOME
recipe one 1 'mkdir "$ARTIFACT/bin"; printf "#!/bin/sh\necho one\n" >"$ARTIFACT/bin/one"; chmod +x "$ARTIFACT/bin/one"'
mv recipes own
printf 'name = "qsnake-hdist"\ntitle = "QSnake"\ntagline = "quantum snakes"\nshare = "sources"\ncollections = ["own"]\n' >brand.toml
expect_exit 0 hdist rebrand brand.toml --output made
expect_exit 2 hdist rebrand brand.toml --output made
mv made elsewhere
q=$PWD/elsewhere/bin/qsnake-hdist
expect_exit 0 "$q" --version
grep -q '^qsnake-hdist [0-9]' out || fail 'another name'

# What it says. The Python package is called qsnake.hashdist, by the founding document.
says() { sed "s|$PWD||g" out err | sed 's/qsnake\\\{0,1\}-hdist//gI; s/qsnake\.hashdist//g' | grep -i 'hdist\|hashdist' && fail "it says another brand's name: $*"; :; }
for command in $("$q" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'); do
  "$q" help "$command" >out 2>err
  says "help $command"
  "$q" help --man "$command" >out 2>err
  says "man page of $command"
done
"$q" --help >out 2>err
says --help
for words in 'nonsense' 'update absent.yaml' 'resolve none' 'shell none' 'config get x' 'config list --verbose' 'unpack x y' 'env none' 'hash absent' 'makeprofile x none' '--config absent config list'; do
  # shellcheck disable=SC2086
  "$q" $words >out 2>err || :
  case $words in config*) sed -i "s|$HOME/.hashdist/source||g" out ;; esac # which it shares
  says "$words"
  # shellcheck disable=SC2086
  "$q" --json $words >out 2>err || :
  case $words in config*) sed -i "s|$HOME/.hashdist/source||g" out ;; esac
  says "--json $words"
done
for shell in bash zsh fish; do
  "$q" help --completion $shell >out 2>err
  sed -i 's/_qsnake_hdist//g' out # a function of the shell
  says "completion of $shell"
done
find elsewhere/share/man -name '*.1' | grep -qv qsnake && fail 'a manual page of another name'

printf 'name: s\npackages:\n  one:\n' >stack.yaml
expect_exit 0 "$q" update
expect_exit 0 "$q" run s -- one
expect_out one
expect_file home/.qsnake/artifacts/one
refute_file home/.hashdist/artifacts
# Of the common stores it has that of sources alone.
echo text >notes
key=$("$q" fetch notes)
expect_file "home/.hashdist/source/packs/file/${key#file:}"
refute_file home/.qsnake/source
# Its launching stage reads its own config, and nobody else's.
printf '[hashdist]\nhdist = /nonexistent\n' >home/.hashdistconfig
expect_exit 0 "$q" --version
printf '[qsnake]\nqsnake-hdist = /nonexistent\n' >home/.qsnakeconfig
expect_exit 2 "$q" --version
expect_err 'config set qsnake.qsnake-hdist'

for name in ../x hdist '' a/b; do
  printf 'name = "%s"\n' "$name" >bad.toml
  expect_exit 3 env HDIST_CONFIG=/dev/null "$HDIST" rebrand bad.toml --output bad
  refute_file bad
done
printf 'name = "q"\nnmae = "x"\n' >bad.toml
expect_exit 2 env HDIST_CONFIG=/dev/null "$HDIST" rebrand bad.toml --output bad
expect_err bad.toml:2
