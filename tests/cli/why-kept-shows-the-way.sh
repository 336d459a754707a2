#!/bin/sh
# why --kept: the shortest way from what keeps an artifact to it; else since when and when it goes.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

low=$(spec low 'echo low >$ARTIFACT/low' | hdist -q build)
app=$(spec app 'echo $LOW_DIR >$ARTIFACT/app' '"build": {"import": [{"ref": "LOW", "id": "'"$low"'"}]}' | hdist -q build)
expect_exit 0 hdist why --kept low
expect_out 'used '
expect_out 'takes it after'
expect_exit 0 hdist makeprofile mine "$app"
expect_exit 0 hdist why --kept low
expect_equal "$(sed 1d out)" "\`- $(printf %.16s "$app")
   \`- $(printf %.16s "$low")"
expect_out "root $PWD/home/.hashdist/generations/mine-"
expect_exit 0 hdist --json why --kept low
expect_equal "$(json out 'd["kept"]["reason"], d["kept"]["chain"]')" "('root', ['$app'])"
spec lone 'echo lone >$ARTIFACT/lone' | hdist -q build >lone
hdist config set gc.keep-unreferenced never >/dev/null
expect_exit 0 hdist why --kept lone
expect_out 'nothing keeps lone/'
expect_exit 0 hdist artifact list --unkept
expect_equal "$(cut -d' ' -f1 out)" "$(cat lone)"
expect_exit 0 hdist gc --grace 0
expect_exit 2 hdist why --kept lone
expect_exit 2 hdist why low
