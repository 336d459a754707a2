#!/bin/sh
# deb-src: addresses where there is no apt: the indexes of a configured archive are read, and its files are what the indexes say.
# Without gpgv nothing is believed, unless that was asked for.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset http_proxy no_proxy 2>/dev/null || :
deb_archive www 'content of lua'
serve www
mkdir bin # without apt and gpgv
for tool in bash sh; do ln -s "$(command -v $tool)" bin; done
printf '[sources]\ndeb-mirror = %s/\ndeb-suites = stable\n' "$url" >"$HDIST_HOME/.hashdistconfig"
fetch() { expect_exit "$1" env PATH="$PWD/bin" "$HDIST" fetch "$2"; }

printf -- '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSuite: stable\n-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n' \
  >www/dists/stable/InRelease
fetch 1 deb-src:lua/lua_5.orig.tar.gz
expect_err "deb-src:lua/lua_5.orig.tar.gz cannot be fetched: the index stable of $url cannot be verified: there is no program gpgv"
expect_err 'Install gpgv'
expect_err 'hdist config set sources.deb-check-signature no'
refute_file "$HDIST_HOME/.hashdist/source/packs/tar.gz"
rm www/dists/stable/InRelease
hdist config set sources.deb-check-signature no 2>/dev/null
: >requests
fetch 0 deb-src:lua/lua_5.orig.tar.gz
lua=$(cat out)
hdist unpack "$lua" there
expect_equal "$(cat there/file)" 'content of lua'
expect_equal "$(sort requests)" "/dists/stable/InRelease
/dists/stable/Release
/dists/stable/main/source/Sources.xz
/pool/main/l/lua/lua_5.orig.tar.gz"
# The indexes are kept; the digest that they have tells that the file is there.
: >requests
fetch 0 deb-src:lua=5-1/lua_5.orig.tar.gz
expect_equal "$(cat out) $(cat requests)" "$lua "
fetch 1 deb-src:lua=6-1/lua_5.orig.tar.gz
expect_err "has no file lua_5.orig.tar.gz of the source package lua=6-1; looked at: stable/main"
# An index that is not the one that Release names, and a file that is not the one of the index.
rm -r "$HDIST_HOME/.hashdist"
tarball www/pool/main/l/lua/lua_5.orig.tar.gz file other
fetch 1 deb-src:lua/lua_5.orig.tar.gz
expect_err 'expected sha256:'
rm -r "$HDIST_HOME/.hashdist"
echo damaged >>www/dists/stable/main/source/Sources.xz
fetch 1 deb-src:lua/lua_5.orig.tar.gz
expect_err 'Sources.xz'
expect_equal "$(find "$HDIST_HOME/.hashdist/source/packs" "$HDIST_HOME/.hashdist/cache" -type f | grep -v /release-)" ''
