#!/bin/sh
# Two packages; the second run has nothing to do; the profile has both.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe base 1 'mkdir -p $ARTIFACT/bin; printf "#!/bin/sh\necho base\n" >$ARTIFACT/bin/b; chmod +x $ARTIFACT/bin/b'
recipe top 1 'mkdir -p $ARTIFACT/share; $BASE_DIR/bin/b >$ARTIFACT/share/t' 'dependencies: {build: [base], run: [base]}'
stack two top
expect_exit 0 hdist update
expect_out '2 packages (2 built, 0 already there)'
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/two/share/t")" base
expect_equal "$(hdist run two -- b)" base
expect_exit 0 hdist update
expect_out 'nothing to do'
[ ! -s err ] || fail 'a run that had nothing to do said something'
mkdir -p deep/er
expect_exit 0 hdist -C deep/er update
expect_exit 2 hdist -C absent update
expect_err absent
cd deep/er
expect_exit 0 hdist update
expect_out 'nothing to do'
