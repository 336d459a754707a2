#!/bin/sh
# du: what each kind of thing takes, and what a gc would give back.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec one 'head -c 5000 /dev/zero >$ARTIFACT/file' | hdist -q build >one
seq 1 1000 >file
hdist -q fetch file >key
expect_exit 0 hdist --json du
expect_equal "$(json out '[(e["count"], e["size"], e["free"]) for e in d["entries"][:2]]')" "[(1, 5000, 0), (1, $(wc -c <file), 0)]"
expect_exit 0 hdist du
expect_out "$PWD/home/.hashdist/artifacts"
expect_out 'total'
hdist config set gc.keep-unreferenced never >setting
expect_exit 0 hdist --json du
expect_equal "$(json out '[(e["name"], e["free"]) for e in d["packages"]]')" "[('one', 5000)]"
expect_exit 0 hdist gc --grace 0
expect_exit 0 hdist du --packages
expect_equal "$(cut -c1-5 out)" total
