#!/bin/sh
# A job whose command is makeprofile: the profile is the artifact, may be entered, and is repeated by a profile of it.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec lib 'echo lib >$ARTIFACT/lib' >lib.json
lib_id=$(hdist build lib.json)
spec numpy 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho numpy\n" >$ARTIFACT/bin/n; chmod +x $ARTIFACT/bin/n' "\"run\": [\"$lib_id\"]" >numpy.json
numpy_id=$(hdist build numpy.json)
cat >profile.json <<END
{"name": "profile", "version": "1", "build": {"import": [{"id": "$numpy_id", "ref": "NUMPY"}],
 "commands": [{"hdist": ["makeprofile", "\$NUMPY_ID"]}]}}
END
id=$(hdist build profile.json)
path=$(hdist resolve "$id")
mkdir profiles
ln -sf "$path" profiles/default
for word in "$id" "$path" "$PWD/profiles/default"; do
  expect_equal "$(hdist run "$word" -- n)" numpy
done
# The next one is switched to by a link, by the page's spelling of its id, and the old one is there to go back to.
spec numpy 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho newer\n" >$ARTIFACT/bin/n; chmod +x $ARTIFACT/bin/n' >newer.json
newer=$(sed "s|$numpy_id|$(hdist build newer.json)|" profile.json | hdist build)
ln -sfn "$(hdist resolve "profile-1-${newer#profile/}")" profiles/default
expect_equal "$(hdist run ./profiles/default -- n)" newer
ln -sfn "$(hdist resolve "profile-1-${id#profile/}")" profiles/default
expect_equal "$(hdist run ./profiles/default -- n)" numpy
eval "$(hdist env "$PWD/profiles/default")"
expect_equal "$(n)" numpy
expect_equal "$(. profiles/default/activate.sh && n)" numpy
expect_equal "$(readlink "$path/bin/n" | cut -c1-15)" '../../../numpy/'
grep -rq "$(id -un)@" "$path/profile.json" && fail 'it says who made it'
expect_exit 0 hdist makeprofile "$PWD/again" "$id"
expect_equal "$(hdist run "$PWD/again" -- n)" numpy
expect_file again/lib
expect_equal "$(json "$(dirname "$path")/$(echo "$id" | cut -d/ -f2).json" 'sorted(i.split("/")[0] for i in d["needs"])')" "['numpy']"
expect_exit 2 hdist makeprofile "$PWD/none"
