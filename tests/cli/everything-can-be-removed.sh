#!/bin/sh
# The commands of docs/guide/cleaning.md leave nothing of a long session in a clean home but what they name.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
HOME=$PWD/home
export HOME
unset HDIST_HOME
mkdir bin
ln -s "$HDIST" bin/hdist
PATH=$PWD/bin:$PATH

recipe tool 1 'mkdir $ARTIFACT/bin; cp /bin/true $ARTIFACT/bin/tool'
recipe bad 1 'mkdir -p closed/d; chmod 0 closed; exit 1'
stack works tool
hdist --quiet update
hdist --quiet update stack.yaml ./mine
stack fails bad
expect_exit 1 hdist --quiet update
hdist --quiet config set builder.keep-failed 2
hdist --quiet fetch ./recipes
expect_exit 1 hdist --quiet fetch http://127.0.0.1:1/x.tar.gz
hdist resolve tool --root ./root >/dev/null
hdist profile link other ./mine
hdist run works -- tool
hdist --quiet gc
id=$(hdist hash "$(ls home/.hashdist/artifacts/tool/*/_hashdist/build.json)")
printf '{"name": "user", "build": {"import": [{"id": "%s"}]}}' "$id" >user.json
hdist makebuildprofile user.json >/dev/null
find home tmp -name 'bad-*' | grep -q . || fail 'no failed build is kept'

# block N: the Nth block of commands in the section
block() {
  awk -v wanted="$1" '/^## /{here = /rid of everything/} here && /^```$/{inside = 0} inside && n == wanted; here && /^```sh/{n++; inside = 1}' \
    "$HDIST_SOURCE_DIR/docs/guide/cleaning.md"
}
block 1 >look.sh
block 2 >remove.sh
sh -eu look.sh >out
expect_out "$PWD/mine"
expect_out "$PWD/root"
sh -eu remove.sh
expect_equal "$(find home tmp -mindepth 1)" ''
