#!/bin/sh
# A file, a loop of links, a graph with an empty profile, a file as a root: exit 2 and what is expected.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

touch file
id=$(spec one 'mkdir $ARTIFACT/bin; touch $ARTIFACT/bin/x' | hdist build)
profiles=$HDIST_HOME/.hashdist/profiles
mkdir -p "$profiles"
ln -s loop "$profiles/loop"
refused() { # TEXT WORD...
  text=$1
  shift
  expect_exit 2 hdist "$@"
  expect_err "$text"
}
refused 'it is no directory' env ./file
refused 'levels of symbolic links' env loop
refused 'levels of symbolic links' profile info loop
refused 'is a file, which protects nothing' root add ./file
refused 'is a file, which protects nothing' root add /dev/null
ln -s "$PWD/file" link
refused 'is a file, which protects nothing' root add ./link
refused 'holds the source store' fetch "$HDIST_HOME/.hashdist"
printf '{"version": 1, "tasks": {"p": {"type": "profile", "path": "p", "members": []}}}' >tasks.json
refused 'tasks.json:1:75: tasks.p.members: expected at least one' runtasks tasks.json
refused "there are gc.keep-unreferenced, gc.user-roots, gc.grace" config get gc
refused 'config list' config set no.such 1
refused 'there are sources.store, builder.store' config get store
# What does lead into the store.
expect_exit 0 hdist resolve --root a/b/c one
ln -s "$PWD/a/b/c/bin/x" program
expect_exit 0 hdist root add ./program
expect_out "one/"
name=$(printf '%05000d' 0)
for words in "$name" "resolve $name" "env $name" "fetch $name" "config get $name" "update $name" "unpack $name x"; do
  # shellcheck disable=SC2086
  hdist $words >out 2>err && fail "no failure: $words"
  [ "$(wc -c <err)" -lt 1500 ] || fail "a long message: $(wc -c <err)"
done
expect_exit 0 hdist makeprofile base "$id"
expect_exit 0 hdist makeprofile --no-artifact-symlinks ./tree base
expect_file tree/bin/x
expect_exit 2 hdist makeprofile again bsae
