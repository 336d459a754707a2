#!/bin/sh
# [builder] virtual says which artifact an import virtual:NAME stands for; the artifact does not count in the id.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# base TEXT: builds an artifact base that holds it
base() {
  spec base "echo $1 >\$ARTIFACT/base" >base.json
  hdist build base.json
}
one=$(base one)
two=$(base two)
spec user 'cp $BASE_DIR/base $ARTIFACT/user' '"build": {"import": [{"id": "virtual:base", "ref": "BASE"}]}' >user.json
id=$(hdist hash user.json)
expect_exit 2 hdist build user.json
expect_err 'virtual:base'
printf '[builder]\nvirtual = virtual:base=%s\n' "$two" >config
expect_exit 0 hdist --config "$PWD/config" build user.json
expect_out "$id"
expect_equal "$(cat "$(hdist resolve user)/user")" two
HDIST_HOME=$PWD/other
base one >/dev/null
mkdir -p "$HDIST_HOME"
printf '[builder]\nvirtual = base=%s\n' "$one" >"$HDIST_HOME/.hashdistconfig"
expect_exit 0 hdist build user.json
expect_out "$id"
expect_equal "$(cat "$(hdist resolve user)/user")" one
