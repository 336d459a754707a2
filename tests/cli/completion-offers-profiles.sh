#!/bin/sh
# After run, shell and env the names of the registry, after config its keys, after help the commands, in bash and fish;
# what a name holds is never run. zsh reads its script.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v bash >/dev/null || exit 77

recipe one 1 'touch $ARTIFACT/one'
stack sage one
expect_exit 0 hdist update
expect_exit 0 hdist profile link sane sage
profiles=$HDIST_HOME/.hashdist/profiles
ln -s nowhere "$profiles/salt"
ln -s sage "$profiles/\$(touch ran)"
expect_equal "$(hdist profile list --names | tail -2)" "sage
sane"
mkdir bin
ln -s "$HDIST" bin/hdist
PATH=$PWD/bin:$PATH

# words LINE-BEFORE WORD: what bash offers
words() {
  bash -c 'source <(hdist help --completion bash)
read -r -a COMP_WORDS <<<"$1"; COMP_WORDS+=("$2"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_hdist; echo "${COMPREPLY[@]}"' bash "$1" "$2"
}
for command in run shell 'env --shell fish'; do
  expect_equal "$(words "hdist $command" sa)" 'sage sane'
done
expect_equal "$(words 'hdist --quiet run' sag)" sage
expect_equal "$(words 'hdist run sage --' sa)" ''
# What is the value of an option is no command, and is a file or a number itself.
expect_equal "$(words 'hdist -C sub --jobs 4 run' sag)" sage
expect_equal "$(words 'hdist --config = run gc' --gr)" --grace
expect_equal "$(words 'hdist run --config' sa)" ''
expect_equal "$(words hdist ru)" 'run runtasks'
# The keys of the config, and for help the commands.
expect_equal "$(words 'hdist config get' builder.st)" builder.store
expect_equal "$(words 'hdist help' upd)" update
words 'hdist run' '' | grep -qF '\$\(touch' || fail 'a name is not quoted'
! command -v fish >/dev/null || {
  hdist help --completion fish >hdist.fish
  expect_equal "$(HOME=$PWD fish --no-config -c 'source hdist.fish; complete -C "hdist run sa"')" "sage
sane"
  expect_equal "$(HOME=$PWD fish --no-config -c 'source hdist.fish; complete -C "hdist config get builder.st"')" builder.store
  expect_equal "$(HOME=$PWD fish --no-config -c 'source hdist.fish; complete -C "hdist help upd"')" update
}
! command -v zsh >/dev/null || { hdist help --completion zsh >_hdist && zsh -n _hdist; }
refute_file ran
