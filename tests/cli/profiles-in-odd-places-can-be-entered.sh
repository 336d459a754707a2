#!/bin/sh
# A root that was moved to a path with blanks: nothing can be built there, but what is there runs.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one'
stack s one
expect_exit 0 hdist update
mv home "my home"
HDIST_HOME="$PWD/my home"
expect_exit 0 hdist run s -- one
expect_equal "$(cat out)" one
[ ! -s err ] || fail 'something was said'
for shell in sh bash; do
  printf 'eval "$("$HDIST" env s)"; one\n' >script
  expect_exit 0 $shell script
  expect_equal "$(cat out)" one
done
expect_exit 0 hdist update
expect_out 'nothing to do'
sed -i 's/echo one/echo two/' recipes/one.yaml
expect_exit 2 hdist update
expect_err 'packages cannot be built there'
mv "my home" my:home
HDIST_HOME=$PWD/my:home
expect_exit 125 hdist run s -- one
expect_err "PATH"
expect_err '->'
