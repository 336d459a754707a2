#!/bin/sh
# makebuildprofile prints a temporary profile of all imports: of a job it goes with the job, of a shell when that has ended.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec greet 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho hello\n" >$ARTIFACT/bin/greet; chmod +x $ARTIFACT/bin/greet' >greet.json
spec data 'mkdir $ARTIFACT/share; echo text >$ARTIFACT/share/text' >data.json
greet=$(hdist build greet.json) data=$(hdist build data.json)
imports="\"import\": [{\"id\": \"$greet\"}, {\"id\": \"$data\"}]"
cat >job.json <<END
{"name": "job", "build": {$imports, "commands": [
 {"hdist": ["makebuildprofile"], "to_var": "PROFILE"}, {"set": "PATH", "nohash_value": "/usr/bin:/bin"},
 {"cmd": ["sh", "-ec", "cat \$PROFILE/share/text; \$PROFILE/bin/greet; echo \$PROFILE; echo \$PROFILE >\$ARTIFACT/where"]}]}}
END
expect_exit 0 hdist --verbose build job.json
expect_err 'job| hello'
where=$(cat "$(hdist resolve job)/where")
case $where in "$TMPDIR"/*/tmp/profile-*) ;; *) fail "the profile of a job is at $where" ;; esac
refute_file "$where"

# The shell that asked for it: while it runs a collection leaves it and what it shows alone.
hdist config set gc.keep-unreferenced never
mkfifo end
HDIST=$HDIST sh -c 'profile=$("$HDIST" makebuildprofile job.json | cat); echo "$profile" >path.new; mv path.new path; read -r line <end' &
background=$!
await test -e path
path=$(cat path)
hdist gc --grace 0 >/dev/null
expect_equal "$("$path/bin/greet") $(cat "$path/share/text")" 'hello text'
echo >end
wait "$background"
expect_exit 0 hdist gc --grace 0
refute_file "$path"
expect_out 'build profile of an ended process'
hdist gc --grace 0 >/dev/null
expect_exit 2 hdist resolve greet
expect_exit 1 hdist makebuildprofile job.json
expect_err "not built yet: $greet, $data"
