#!/bin/sh
# gcc and clang on one store: both are built, no id is common to what they compile.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

command -v clang >/dev/null && command -v gcc >/dev/null || exit 77
recipe prog 1 'echo "int main(void) { return 0; }" >m.c; mkdir -p $ARTIFACT/bin; $CC -o $ARTIFACT/bin/prog m.c' 'extends: [native_package]'
recipe user 1 'prog; touch $ARTIFACT/user' 'extends: [native_package]
dependencies: {build: [prog], run: [prog]}'
stack by-gcc user
expect_exit 0 hdist update --json
json out '"\n".join(sorted(t["id"] for t in d["tasks"] if t["id"]))' >gcc.ids
stack by-clang user
echo 'toolchain: {cc: clang}' >>stack.yaml
expect_exit 0 hdist update --json
json out '"\n".join(sorted(t["id"] for t in d["tasks"] if t["id"]))' >clang.ids
[ -z "$(comm -12 gcc.ids clang.ids)" ] || fail 'a common id'
expect_equal "$(wc -l <clang.ids)" 2
expect_exit 0 hdist run by-clang -- prog
readelf -p .comment "$HDIST_HOME/.hashdist/profiles/by-clang/bin/prog" | grep -q clang || fail 'not by clang'
sed -i 's/clang}/no-such-cc}/' stack.yaml
expect_exit 2 hdist update
expect_err no-such-cc
