#!/bin/sh
# artifact list, info, refs, tree and rm: what is there, what needs what, and what may go.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

low=$(spec low 'echo low >$ARTIFACT/low' | hdist -q build)
app=$(spec app 'mkdir $ARTIFACT/bin; echo $LOW_DIR >$ARTIFACT/bin/app' '"build": {"import": [{"ref": "LOW", "id": "'"$low"'"}]}' | hdist -q build)
expect_exit 0 hdist artifact list
expect_equal "$(cut -d' ' -f1 out)" "$app
$low"
expect_exit 0 hdist artifact list 'l*'
expect_equal "$(cut -d' ' -f1 out)" "$low"
expect_exit 2 hdist artifact list 'x*'
expect_exit 0 hdist artifact info app
expect_out "import      $low  as LOW"
expect_out "path        $(hdist resolve app)"
expect_exit 0 hdist artifact refs app
expect_equal "$(cat out)" "$low  name,build"
expect_exit 0 hdist artifact refs --reverse low
expect_out "$app"
expect_exit 0 hdist artifact tree app
expect_out "\`- $(printf %.16s "$low")"
expect_exit 3 hdist artifact rm low
expect_err 'app/'
expect_exit 0 hdist makeprofile mine "$app"
expect_exit 3 hdist artifact rm app low
expect_err 'the root '
expect_exit 0 hdist artifact list
expect_equal "$(wc -l <out)" 2
rm -r home/.hashdist/profiles/mine
chmod -R u+w home/.hashdist/generations
rm -r home/.hashdist/generations
expect_exit 0 hdist artifact rm --dry-run app low
expect_out "would go  $app"
path=$(hdist resolve low)
expect_exit 0 hdist artifact rm app low
refute_file "$path"
expect_exit 0 hdist artifact list
expect_equal "$(cat out)" ''
expect_exit 2 hdist artifact rm low
expect_exit 2 hdist artifact info
expect_exit 2 hdist artifact tree a b
expect_exit 2 hdist artifact list --reverse
