#!/bin/sh
# What happens in a build: private directory, spec and log beside it, sources, environment; the artifact appears at the end, whole.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball source.tar.gz file.txt content
key=$(hdist fetch source.tar.gz)
spec seen 'cat file.txt; echo; stat -c "mode %a" ..; ls ..
  echo half >$ARTIFACT/half
  cp ../build.json $ARTIFACT/given.json; env >$ARTIFACT/environment; touch '"$PWD"'/waits; read -r line <'"$PWD"'/go; echo whole >>$ARTIFACT/half' \
  "\"sources\": [{\"key\": \"$key\"}]" >seen.json
id=$(hdist hash seen.json)
mkfifo go
CALLER=is-not-seen hdist --verbose build seen.json >out 2>err &
background=$!
await test -e waits
hdist resolve "$id" 2>/dev/null && fail 'it is there before it is whole'
echo >go
wait "$background"
expect_equal "$(cat out)" "$id"
for line in 'seen| content' 'seen| mode 700' 'seen| build.log' 'seen| build.json'; do expect_err "$line"; done
path=$(hdist resolve "$id")
expect_equal "$(cat "$path/half")" "$(printf 'half\nwhole')"
cmp -s "$path/given.json" "$path/_hashdist/build.json" || fail 'the spec beside the build is another than the one in the artifact'
expect_equal "$(hdist hash "$path/_hashdist/build.json")" "$id"
expect_file "$path/_hashdist/log.zst"
if grep -q is-not-seen "$path/environment"; then fail 'it saw the environment of its caller'; fi
[ -z "$(ls "$TMPDIR"/hdist-*/seen-* 2>/dev/null)" ] || fail 'its directory is still there'
# No recursion: what it imports is not built for it.
spec user true "\"build\": {\"import\": [{\"id\": \"$id\"}, {\"id\": \"none/$(printf '%032d' 0 | tr 0 a)\"}]}" >user.json
expect_exit 1 hdist build user.json
expect_err 'not built yet: none/'
