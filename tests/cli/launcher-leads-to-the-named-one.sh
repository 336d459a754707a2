#!/bin/sh
# An old hdist in an old profile becomes the one that the config names, wherever the config is.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

installation old 0.0.9
installation new 9.9.9
mkdir -p profile/bin
ln -s ../../old/bin/hdist profile/bin/hdist
PATH=$PWD/profile/bin:$PATH
config=$HDIST_HOME/.hashdistconfig
version() { expect_equal "$(env "$@" --version)" "hdist $expected"; }

expected=0.0.9
version hdist
printf '[hashdist]\n    hdist = %s\n' "$PWD/new/bin/hdist" >"$config"
version HDIST_CONFIG=/dev/null hdist
version HDIST_CONFIG='{"hashdist": {}}' hdist
expected=9.9.9
version hdist
version hdist -j2 --quiet
version HDIST_CONFIG="$config" HDIST_HOME=/nonexistent hdist
version HDIST_CONFIG="{\"builder\": {\"x\": [1, {}]}, \"hashdist\": {\"hdist\": \"$PWD/new/bin/hdist\"}}" hdist
version -u HDIST_HOME HOME="$HDIST_HOME" hdist
mv "$config" "$HDIST_HOME/.hashdistrc"
version hdist
mv "$HDIST_HOME/.hashdistrc" other
version hdist --config other
version hdist -C / --config="$PWD/other"
version hdist -C"$HDIST_HOME" --config ../other
expect_equal "$(env hdist --version --config /dev/null)" 'hdist 0.0.9'
# Relative to the real place of the file; through a link; the program proper without its stage.
printf '[hashdist]\nhdist = ../new/bin/hdist\n' >"$config"
version hdist
ln -s new/lib/hdist/hdist link
printf '[hashdist]\nhdist = ~/../link\n' >"$config"
version hdist
# What it is called, and what PATH is, does not matter.
cp -R profile p2
version PATH=/nonexistent "$PWD/p2/bin/hdist"
expect_equal "$(cd p2/bin && PATH='' ./hdist --version)" 'hdist 9.9.9'
