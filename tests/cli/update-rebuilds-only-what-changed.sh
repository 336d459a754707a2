#!/bin/sh
# A parameter rebuilds its package and what depends on it; another name for the profile works.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe base 1 'echo {{flag}} >$ARTIFACT/b' 'parameters: {flag: plain}'
recipe side 1 'echo side >$ARTIFACT/s'
recipe top 1 'cp $BASE_DIR/b $ARTIFACT/t' 'dependencies: {build: [base]}'
stack three top side
expect_exit 0 hdist update
expect_out '(3 built, 0 already there)'
sed -i 's/^  top:/  base: {flag: fast}\n  top:/' stack.yaml
expect_exit 0 hdist update --json
expect_equal "$(json out '[t["task"] for t in d["tasks"] if t["state"] == "built"]')" "['build:base', 'build:top']"
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/three/t")" fast
expect_exit 0 hdist update stack.yaml "$PWD/here"
expect_equal "$(cat here/t)" fast
sed -i 's/fast/plain/' stack.yaml
expect_exit 0 hdist update
expect_out '(0 built, '
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/three/t")" plain
