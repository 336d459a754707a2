#!/bin/sh
# verify: every kind of damage is found, all of it in one go; --repair mends it, and what uses the artifact stays right.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

one=$(spec one 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one; ln -s one $ARTIFACT/bin/link' | hdist -q build)
spec two 'echo two >$ARTIFACT/two' | hdist -q build >/dev/null
expect_exit 0 hdist makeprofile mine "$one"
expect_exit 0 hdist verify
expect_out '2 artifacts with '
expect_out ' 0 damaged'
path=$(hdist resolve one)
chmod u+w "$path/bin" "$path/bin/one"
sed -i s/one/ONE/ "$path/bin/one"
touch "$path/bin/new"
expect_exit 1 hdist verify
expect_out "damaged   $one"
expect_out '  added      bin/new'
expect_out '  content    bin/one'
expect_out "hdist verify --repair one/"
expect_exit 0 hdist verify two
expect_exit 0 hdist verify --repair
expect_out "repaired  $one"
expect_exit 0 hdist verify
expect_equal "$(hdist run mine -- one)" one
expect_equal "$("$path/bin/link")" one
chmod u+w "$(hdist resolve two)/two"
expect_exit 1 hdist verify --quick
expect_out '  mode       two  0644 instead of 0444'
expect_exit 0 hdist verify --quick --repair
rm -f "$(hdist resolve two)/_hashdist/build.json"
expect_exit 1 hdist verify --repair
expect_out 'it cannot be repaired: '
expect_out 'hdist artifact rm two/'
expect_exit 2 hdist verify three
