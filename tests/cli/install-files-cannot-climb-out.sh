#!/bin/sh
# Refused at the build, at install-artifact; a command that fails leaves the profile as it was.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec bad 'echo "{\"parameters\": {\"rules\": [[\"copy\", \"../../secret/**\"]]}}" >$ARTIFACT/install.json' >bad.json
expect_exit 3 hdist build bad.json
expect_err ' $ARTIFACT/install.json:1:' # not the path, where nothing is left of it
expect_exit 2 hdist resolve bad
mkdir plain target
echo '{"rules": [{"select": "x", "target": "../out"}]}' >plain/install.json
touch plain/x
expect_exit 3 hdist install-artifact ./plain target
expect_err 'without'
echo '{"rules": [["copy", "x"]]}' >plain/install.json
expect_exit 0 hdist install-artifact ./plain target
expect_file target/x
spec shell 'mkdir $ARTIFACT/bin; ln -s /bin/sh $ARTIFACT/bin/sh' >shell.json
shell_id=$(hdist build shell.json)
spec app 'touch $ARTIFACT/a; echo "{\"runtime-dependencies\": {\"sh\": \"$SHELL_ID\"}, \"command\": [\"\\\$sh/bin/sh\", \"-c\",
\"echo half >\\\$profiletarget/half; echo sorry; exit 4\"]}" >$ARTIFACT/install.json' "\"build\": {\"import\": [{\"id\": \"$shell_id\", \"ref\": \"SHELL\"}]}" >app.json
hdist build app.json >app.id
expect_exit 0 hdist makeprofile "$PWD/p" "$shell_id"
before=$(readlink p)
expect_exit 1 hdist makeprofile "$PWD/p" app
expect_err 'exit status 4'
expect_err sorry
expect_equal "$(readlink p)" "$before"
expect_equal "$(find "$HDIST_HOME/.hashdist/generations" -name half)" ''

spec climber 'echo "{\"command\": [\"\$ARTIFACT/../../../bin/sh\", \"-c\", \"touch pwned\"]}" >$ARTIFACT/install.json' >climber.json
expect_exit 3 hdist build climber.json
expect_err "climbs out with '..'"
