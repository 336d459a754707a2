#!/bin/sh
# Four distributions side by side: what PyHPC and QSnake have in common is built once, two QSnakes at two paths share their builds, Sage
# shares none, and one registry knows them all.
# shellcheck source=tests/examples/lib.sh
. "$HDIST_SOURCE_DIR/tests/examples/lib.sh"
need_sources
need_python
mkdir repos stacks
git_repository "$PWD/repos/scales.git" "printf 'all:\ninstall:\n\tmkdir -p \$(PREFIX)/bin\n\tcp scales \$(PREFIX)/bin/\n' >Makefile; printf '#!/bin/sh\necho green\n' >scales; chmod +x scales"
printf '# what QSnake has, too\nname: shared\npackages:\n  tree:\n' >stacks/shared.yaml
sed '/charmer/d; s/},$/}/' "$examples/qsnake/repositories.json" >one.json
"$examples/sage/make-sage" "$PWD/opt/sage" >/dev/null
for version in 1 2; do
  "$examples/qsnake/make-qsnake" "$PWD/opt/qsnake-$version" >/dev/null
  cp one.json opt/qsnake-$version/share/qsnake/repositories.json
done

expect_exit 0 env PYHPC_STACKS="$PWD/stacks" "$examples/pyhpc/pyhpc" install shared
expect_exit 0 opt/qsnake-1/bin/qsnake use scales "$PWD/repos/scales.git"
expect_exit 0 opt/qsnake-1/bin/qsnake update
expect_equal "$(grep -c '^built' out)" 1
expect_out 'built scales/'
expect_equal "$(readlink -f home/.hashdist/profiles/qsnake/bin/tree)" "$(readlink -f home/.hashdist/profiles/pyhpc-shared/bin/tree)"

# The second version has a recipe that differs, and one that does not.
sed -i 's/working$/later/' opt/qsnake-2/share/qsnake-hdist/collections/recipes/scales.yaml
expect_exit 0 opt/qsnake-2/bin/qsnake update
expect_equal "$(grep -c '^built' out)" 1
expect_exit 0 opt/qsnake-1/bin/qsnake update
expect_out 'QSnake is ready'
expect_equal "$(grep -c '^built' out)" 0

expect_exit 0 python3 "$examples/python-hpcmp/hpcmp.py" update "~/.hashdist/profiles/hpcmp"
expect_out '(2 built, 0 already there)'
opt/sage/bin/sage -register "$HOME/.hashdist/profiles"
expect_equal "$(artifacts opt/sage/store/artifacts | cut -d/ -f1 | xargs)" sagecalc
expect_equal "$(artifacts home/.hashdist/artifacts | cut -d/ -f1 | xargs)" 'numerics scales scales smallblas tree'

enter() { expect_equal "$(echo "$2" | SHELL=/bin/sh hdist shell "$1")" "$3"; }
enter sage 'sagecalc 84 36' 12
enter qsnake scales green
enter pyhpc-shared 'type tree' "tree is $(readlink -f home/.hashdist/profiles/pyhpc-shared)/bin/tree"
# A collection of the common hdist keeps what QSnake needs, and does not touch Sage's store.
printf '[gc]\nkeep-unreferenced = never\ngrace = 0 seconds\n' >home/.hashdistconfig
expect_exit 0 hdist gc
enter sage 'sagecalc 84 36' 12
enter qsnake scales green
