#!/bin/sh
# bundle: all that a stack needs, and nothing else is needed on a host without network; a bundle can also be served.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset http_proxy no_proxy 2>/dev/null || :

mkdir www
tarball www/a.tar.gz file 'content of a'
echo 'content of b' >www/b
serve "$PWD/www"
a=tar.gz:$(hdist fetch "$url/a.tar.gz" | cut -d: -f2)
b=file:$(hdist fetch "$url/b" | cut -d: -f2)
hdist source rm "$a" "$b" >/dev/null
recipe tool 1 'mkdir -p "$ARTIFACT"; cat file b >"$ARTIFACT/both"' "sources:
- {url: $url/a.tar.gz, key: '$a'}
- {url: $url/b, key: '$b', target: b}"
stack one tool
expect_exit 0 hdist bundle ./bundle
expect_out "added    $a"
expect_out "added    $b"
expect_out 'bundle: 2 sources'
expect_exit 0 hdist bundle ./bundle
expect_out "present  $a"
hdist compile >tasks.json
expect_exit 0 hdist bundle served --tasks tasks.json

# The other host: its own home, no network, the bundle alone.
kill $background
background=
HDIST_HOME=$PWD/other
mkdir -p "$HDIST_HOME"
expect_exit 1 hdist update --offline
expect_err a.tar.gz
expect_err offline
printf '[sources]\nmirrors = %s\n' "$PWD/bundle" >"$HDIST_HOME/.hashdistconfig"
expect_exit 0 hdist update --offline
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/one/both")" 'content of acontent of b'

HDIST_HOME=$PWD/third
mkdir -p "$HDIST_HOME"
rm port
serve "$PWD/served"
printf '[sources]\nmirrors = %s\n' "$url" >"$HDIST_HOME/.hashdistconfig"
expect_exit 0 hdist fetch http://127.0.0.1:1/a.tar.gz "$a"
rm -r "served/packs/file"
expect_exit 1 hdist fetch http://127.0.0.1:1/b "$b"
git_repository "$PWD/c.git" 'echo c >file'
expect_exit 1 hdist bundle again "$(hdist fetch c.git)"
expect_err 'is a commit'
