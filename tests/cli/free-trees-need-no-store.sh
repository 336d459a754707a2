#!/bin/sh
# makeprofile --no-artifact-symlinks: copies that may be edited; programs, libraries, scripts and variables lead to the tree, without the store.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v cc >/dev/null || exit 77

recipe interpreter 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\nexec /bin/sh \"\$@\"\n" >$ARTIFACT/bin/inter; chmod +x $ARTIFACT/bin/inter'
recipe lib 1 'mkdir $ARTIFACT/lib; echo "int f(void) { return 7; }" | cc -shared -fPIC -xc - -Wl,-soname,libf.so.1 -o $ARTIFACT/lib/libf.so.1
ln -s libf.so.1 $ARTIFACT/lib/libf.so'
recipe app 1 'mkdir $ARTIFACT/bin
echo "int f(void); int main(void) { return f(); }" | cc -xc - -o $ARTIFACT/bin/app -L$LIB_DIR/lib -Wl,-rpath,$LIB_DIR/lib -lf
printf "#!%s/bin/inter\necho script\n" $INTERPRETER_DIR >$ARTIFACT/bin/script; chmod +x $ARTIFACT/bin/script
echo data >$ARTIFACT/data' 'dependencies: {build: [interpreter, lib]}
profile_variables: {APP_DATA: "$ARTIFACT/data"}'
stack s app
expect_exit 0 hdist update
expect_exit 0 hdist makeprofile --no-artifact-symlinks ./tree "$HDIST_HOME/.hashdist/profiles/s"
spec=$(hdist resolve app)
# Also as a clone of a profile that is an artifact.
cat >profile.json <<END
{"name": "profile", "version": "1", "build": {"import": [{"id": "app/$(basename "$(ls "$HDIST_HOME"/.hashdist/artifacts/app/*.json)" .json)", "ref": "APP"}],
 "commands": [{"hdist": ["makeprofile", "\$APP_ID"]}]}}
END
expect_exit 0 hdist makeprofile --no-artifact-symlinks ./clone "$(hdist build profile.json)"
mv "$HDIST_HOME/.hashdist/artifacts" away
for tree in tree clone; do
  [ -z "$(find "$tree" -lname '*artifacts*')" ] || fail 'a link into the store'
  grep -rl "$spec" "$tree" --exclude=profile.json && fail 'something names the store'
  expect_exit 7 "$tree/bin/app"
  expect_equal "$("$tree/bin/script")" script
  expect_exit 7 hdist run "./$tree" -- app
  expect_equal "$(hdist run "./$tree" -- sh -c 'cat $APP_DATA')" data
  expect_equal "$(. "$tree/activate.sh"; cat "$APP_DATA")" data
  expect_equal "$(. "$tree/activate.sh"; command -v app)" "$PWD/$tree/bin/app"
done
echo changed >tree/data
mv tree moved
expect_exit 7 moved/bin/app
expect_equal "$(hdist run ./moved -- sh -c 'cat $APP_DATA')" changed
mv away "$HDIST_HOME/.hashdist/artifacts"
recipe all 1 'ln -s ../.. $ARTIFACT/all'
stack s all
expect_exit 0 hdist update
expect_exit 1 hdist makeprofile --no-artifact-symlinks ./whole all
expect_err 'would hold the whole store'
refute_file whole
expect_exit 3 hdist makeprofile --no-artifact-symlinks ./moved app
expect_err 'it is left alone'
