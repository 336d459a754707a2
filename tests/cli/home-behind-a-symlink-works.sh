#!/bin/sh
# A store below a linked home, and moved under its link.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir real
ln -s real linked
HDIST_HOME=$PWD/linked
recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho $ARTIFACT" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one'
recipe two 1 'one >$ARTIFACT/two' 'dependencies: {build: [one], run: [one]}
build_environment: [{prepend_path: PATH, value: "${ONE_DIR}/bin"}]'
stack s two
expect_exit 0 hdist update
expect_exit 0 hdist run s -- one
grep -q '/artifacts/one/' out
expect_exit 0 env HDIST_HOME="$PWD/real" "$HDIST" update
expect_out 'nothing to do'
