#!/bin/sh
# Sage: builds, recipes and profile in a folder of its own, whatever the common store holds; installed, entered, upgraded.
# shellcheck source=tests/examples/lib.sh
. "$HDIST_SOURCE_DIR/tests/examples/lib.sh"
need_sources
expect_exit 0 "$examples/sage/make-sage" "$PWD/opt/sage"
rm path/hdist # it needs no other
mkdir home/.hashdist/artifacts
echo mine >home/.hashdist/artifacts/mine
before=$(find home/.hashdist/artifacts | sort)
sage=$PWD/opt/sage/bin/sage

expect_exit 0 "$sage" sagecalc 84 36
expect_equal "$(cat out)" 12
expect_equal "$(artifacts opt/sage/store/artifacts | cut -d/ -f1 | xargs)" sagecalc
expect_exit 0 "$sage" -i tree
expect_exit 0 "$sage" tree --version
expect_exit 0 "$sage" -optional
expect_out '* tree '
expect_out '  lua '
expect_equal "$(echo 'sagecalc 8 12' | SHELL=/bin/sh "$sage" -sh)" 4
expect_exit 2 "$sage" -i nonsense
says_only hdist hashdist qsnake pyhpc
expect_exit 0 "$sage" -optional
refute_err nonsense

# Upgrades: one that does not build changes nothing.
cp -R "$examples/sage/recipes" new
sed -i 's/^version:.*/version: 1.1/; s/a % b/nonsense/' new/sagecalc.yaml
tar -czf bad.tar.gz new
expect_exit 1 "$sage" -upgrade "$PWD/bad.tar.gz"
expect_err 'nothing was changed'
says_only hdist hashdist qsnake pyhpc
expect_exit 0 "$sage" sagecalc 84 36
sed -i 's/nonsense/a % b/; s/%ld/gcd %ld/' new/sagecalc.yaml
tar -czf good.tar.gz new
expect_exit 0 "$sage" -upgrade "$PWD/good.tar.gz"
expect_exit 0 "$sage" sagecalc 84 36
expect_equal "$(cat out)" 'gcd 12'
expect_exit 0 "$sage" tree --version

# It is one folder, which may be moved.
mv opt/sage opt/moved
expect_exit 0 opt/moved/bin/sage sagecalc 84 36
expect_equal "$(cat out)" 'gcd 12'
expect_exit 0 opt/moved/bin/sage tree --version
refute_file home/.sage
refute_file opt/moved/store/source

# Nothing of it is in the common store, and it needs none.
expect_equal "$(find home/.hashdist/artifacts | sort)" "$before"
