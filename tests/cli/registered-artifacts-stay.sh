#!/bin/sh
# A profile that is an artifact is protected by its name in the registry, also from a gc that knows nothing of that registry.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[gc]\nkeep-unreferenced = never\n' >"$HDIST_HOME/.hashdistconfig"
spec tool 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho tool\n" >$ARTIFACT/bin/t; chmod +x $ARTIFACT/bin/t' >tool.json
tool=$(hdist build tool.json)
cat >profile.json <<END
{"name": "profile", "version": "1", "build": {"import": [{"id": "$tool", "ref": "TOOL"}],
 "commands": [{"hdist": ["makeprofile", "\$TOOL_ID"]}]}}
END
id=$(hdist build profile.json)
expect_exit 0 hdist profile link mine "$id"
printf '[hashdist]\nprofiles = %s\n[builder]\nstore = ~/.hashdist/artifacts\n[gc]\nkeep-unreferenced = never\n' "$PWD/none" >other
expect_exit 0 hdist --config other gc --grace 0
expect_equal "$(hdist run mine -- t)" tool
# Also by a link of the user's that was made as a root, which he may switch himself.
expect_exit 0 hdist resolve "$id" --root ./default
expect_exit 0 hdist profile unlink mine
expect_exit 0 hdist --config other gc --grace 0
expect_equal "$(hdist run ./default -- t)" tool
rm default
expect_exit 0 hdist --config other gc --grace 0
expect_out 'removed   profile/'
