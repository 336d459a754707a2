#!/bin/sh
# A brand's own commands, default stack, hidden commands and addresses; as an archive that is the same whenever it is made.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset HDIST_HOME
HOME=$PWD/home
export HOME

mkdir from
(cd from && recipe one 1 'mkdir "$ARTIFACT/bin"; printf "#!/bin/sh\necho one\n" >"$ARTIFACT/bin/one"; chmod +x "$ARTIFACT/bin/one"')
printf 'name: basic\npackages:\n  one:\n' >from/basic.yaml
printf '#!/bin/sh\necho "charming with $*"\nexec "$QSNAKE_PROGRAM" run basic -- one\n' >from/charm.sh
cat >from/brand.toml <<'END'
name = "qsnake"
title = "QSnake"
collections = ["recipes"]
default_stack = "basic.yaml"
updates = "https://example.org/qsnake"
issues = "https://example.org/qsnake/issues"
hide = ["config", "rebrand"]
[[commands]]
name = "charm"
file = "charm.sh"
summary = "play to the snake"
END
installation base
! command -v strip >/dev/null || strip base/lib/hdist/* # a small archive is made soon
hdist() { base/bin/hdist "$@"; }
expect_exit 0 hdist rebrand from/brand.toml --output qsnake.tar.gz
sleep 1.1
expect_exit 0 hdist rebrand from/brand.toml --output again.tar.gz
cmp qsnake.tar.gz again.tar.gz || fail 'the archive is another one the second time'
expect_exit 2 hdist rebrand from/brand.toml --output again.tar.gz
mkdir -p opt && tar -C opt -xzf qsnake.tar.gz
q=$(echo "$PWD"/opt/qsnake-[0-9]*/bin/qsnake)

expect_exit 0 "$q" update
expect_exit 0 "$q" charm a --json
expect_equal "$(cat out)" 'charming with a --json
one'
printf 'name: own\npackages:\n  one:\n' >stack.yaml
expect_exit 0 "$q" update --dry-run
expect_out profiles/own
expect_exit 2 "$q" --quiet charm
expect_exit 0 "$q" --help
expect_out 'charm             play to the snake'
expect_out 'Newer versions are at https://example.org/qsnake'
expect_out 'Defects are reported at https://example.org/qsnake/issues'
if grep -q '^  config ' out; then fail 'a hidden command is shown'; fi
expect_exit 0 "$q" config list
expect_exit 2 "$q" confi
refute_err "'config'"
share=$(dirname "$(dirname "$q")")/share
expect_file "$share/man/man1/qsnake-charm.1"
refute_file "$share/man/man1/qsnake-config.1"
grep -q charm "$share/bash-completion/completions/qsnake" || fail 'it is not completed'

bad() { # LINES WORDS: exit 2, these words, and nothing is made
  printf 'name = "q"\n%s\n' "$1" >from/bad.toml
  expect_exit 2 hdist rebrand from/bad.toml --output bad
  expect_err "$2"
  refute_file bad
}
bad 'hide = ["udpate"]' "is 'update' meant?"
bad 'commands = [{name = "update", file = "charm.sh", summary = "x"}]' "a command 'update' already"
bad 'commands = [{name = "../x", file = "charm.sh", summary = "x"}]' 'from/bad.toml:2:'
expect_equal "$(find . -name '.tmp-*')" ''
