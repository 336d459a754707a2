#!/bin/sh
# After a move of the whole home: same generation, links and roots mended, activate.sh knows where it is.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one' 'profile_variables:
  ONE_HOME: $ARTIFACT/bin
  ONE_PATH: {path: ["$PROFILE/bin"]}'
stack s one
expect_exit 0 hdist update
expect_exit 0 hdist update stack.yaml "$HDIST_HOME/mine"
mv home "moved"
HDIST_HOME=$PWD/moved
expect_exit 125 hdist run "$HDIST_HOME/mine" -- one
expect_err "$PWD/home"
expect_err '->'
expect_exit 0 hdist update
expect_out 'nothing to do'
expect_out 'generation 1'
expect_exit 0 hdist update stack.yaml "$HDIST_HOME/mine"
expect_out 'generation 1'
expect_equal "$("$HDIST_HOME/mine/bin/one")" one
for root in "$HDIST_HOME/.hashdist/artifacts/roots/$(id -u)"/*; do readlink "$root"; done >roots
expect_equal "$(grep -c "^$HDIST_HOME/" roots)" 2
for shell in sh bash; do
  cat >enter <<'END'
set -eu
. "$1/activate.sh"
one
printf '%s\n' "$ONE_HOME" "$ONE_PATH"
END
  for place in "$HDIST_HOME/.hashdist/profiles/s" "$HDIST_HOME/mine"; do
    expect_exit 0 $shell enter "$place"
    expect_equal "$(head -1 out)" one
    expect_equal "$("$(sed -n 2p out)/one")" one
    if grep -F "$PWD/home" out; then fail 'the old place is named'; fi
  done
done
