#!/bin/sh
# QSnake: its own command, config and Python package over a dictionary of git repositories, built from their branches.
# shellcheck source=tests/examples/lib.sh
. "$HDIST_SOURCE_DIR/tests/examples/lib.sh"
need_sources
mkdir repos
install='all:\ninstall:\n\tmkdir -p $(PREFIX)/bin\n\tcp %s $(PREFIX)/bin/\n'
git_repository "$PWD/repos/scales.git" "printf '$install' scales >Makefile; printf '#!/bin/sh\necho green\n' >scales; chmod +x scales"
git_repository "$PWD/repos/charmer.git" "printf '$install' charmer >Makefile; printf '#!/bin/sh\necho charmed by \$(scales)\n' >charmer; chmod +x charmer"
"$examples/qsnake/make-qsnake" "$PWD/opt/qsnake-1" >/dev/null
rm path/hdist # it needs no other
qsnake=$PWD/opt/qsnake-1/bin/qsnake

expect_exit 2 "$qsnake"
expect_exit 1 "$qsnake" use python x
expect_err 'no recipe that takes python from a repository'
for name in scales charmer; do expect_exit 0 "$qsnake" use $name "$PWD/repos/$name.git" master; done
expect_exit 0 "$qsnake" list
expect_out 'not built yet'
expect_exit 0 "$qsnake" update --dry-run
expect_out 'planned scales/'
refute_file home/.qsnake/profiles/qsnake
expect_exit 0 "$qsnake" update
expect_out 'QSnake is ready'
says_only hdist hashdist sage pyhpc
expect_exit 0 "$qsnake" run charmer
expect_equal "$(cat out)" 'charmed by green'
expect_equal "$(echo charmer | SHELL=/bin/sh "$qsnake" shell)" 'charmed by green'

# The branch goes on; so does what depends on it, and nothing else.
git_repository "$PWD/repos/scales.git" "printf '#!/bin/sh\necho golden\n' >scales"
expect_exit 0 "$qsnake" update
expect_equal "$(cut -d/ -f1 out | xargs)" 'built scales built charmer QSnake is ready'
expect_exit 0 "$qsnake" run charmer
expect_equal "$(cat out)" 'charmed by golden'
expect_exit 0 "$qsnake" update
expect_out 'QSnake is up to date'
expect_exit 0 "$qsnake" list
expect_out "master (git:$(git -C repos/scales.git rev-parse master | cut -c1-8))"

# A branch that does not build changes nothing.
git_repository "$PWD/repos/scales.git" 'echo install:\; false >Makefile'
expect_exit 1 "$qsnake" update
says_only hdist hashdist sage pyhpc
expect_exit 0 "$qsnake" run charmer
expect_equal "$(cat out)" 'charmed by golden'
expect_exit 0 "$PWD/opt/qsnake-1/bin/qsnake-hdist" config get qsnake.profiles
expect_out "$HOME/.qsnake/profiles"
