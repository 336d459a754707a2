#!/bin/sh
# A job that one brand builds may call the commands of another: they work with the stores of the job, and of its settings each
# understands all.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

unset HDIST_HOME
HOME=$PWD/home
export HOME
printf '[hashdist]\nprofiles = ~/mine\ncollections = ~/more\n[builder]\nstore = ~/store\n' >home/.hashdistconfig
for name in qsnake sage; do
  printf 'name = "%s-hdist"\n' "$name" >brand.toml
  expect_exit 0 hdist rebrand brand.toml --output "$name"
  printf '[%s]\nprofiles = ~/mine\n[builder]\nstore = ~/store\n' "$name" >"home/.${name}config"
done
qsnake=$PWD/qsnake/bin/qsnake-hdist
sage=$PWD/sage/bin/sage-hdist
spec lib 'echo lib >$ARTIFACT/lib' >lib.json
id=$(hdist --quiet build lib.json)

number=0
calls() { # BUILDER OTHER: a job of the first asks the second
  number=$((number + 1))
  spec "job$number" "$2 resolve $id >\$ARTIFACT/path; $2 config get builder.store" >job.json
  expect_exit 0 "$1" --quiet build job.json
  expect_equal "$(cat "$(hdist resolve "$(cat out)")/path")" "$(hdist resolve "$id")"
}
calls "$HDIST" "$qsnake"
calls "$qsnake" "$HDIST"
calls "$qsnake" "$sage"
# In-process commands of the job, too: build-postprocess is of the brand that builds.
printf '{"name": "p", "build": {"commands": [{"hdist": ["build-postprocess"], "nohash_stage": "p"}]}}' >p.json
expect_exit 0 "$sage" build p.json
# Settings as text: the section has the brand's own name or the common one.
for section in qsnake hashdist; do
  expect_exit 0 env QSNAKE_CONFIG="{\"$section\": {\"profiles\": [\"/x/$section\"]}}" "$qsnake" config get qsnake.profiles
  expect_out "/x/$section"
done
expect_exit 2 env QSNAKE_CONFIG='{"sage": {}}' "$qsnake" config list
expect_err 'unknown section [sage]'
# Outside of a job another brand's settings are no settings.
expect_exit 0 env HDIST_CONFIG='{"builder": {"store": "/x"}}' "$qsnake" config get builder.store
expect_out "$HOME/store"
