#!/bin/sh
# The indexes of a configured archive must be signed by the keys that the configuration names, and be valid still.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v gpg >/dev/null && command -v gpgv >/dev/null || exit 77
unset http_proxy no_proxy 2>/dev/null || :
GNUPGHOME=$(mktemp -d) # its socket's path must be short
export GNUPGHOME
trap 'kill $background 2>/dev/null || :; gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'archive <a@example.org>' ed25519 2>gpg.log || exit 77
gpg --batch --export >archive.gpg
gpg --batch --quiet --passphrase '' --quick-generate-key 'other <o@example.org>' ed25519 2>>gpg.log
gpg --batch --export o@example.org >other.gpg

sign() { # the archive's InRelease, by those keys
  rm -f www/dists/stable/InRelease
  gpg --batch --quiet "$@" --clearsign --output www/dists/stable/InRelease www/dists/stable/Release
}
deb_archive www 'content of lua'
sign --local-user a@example.org
serve www
config() {
  printf '[sources]\ndeb-mirror = %s\ndeb-suites = stable\ndeb-keyring = %s\n' "$url" "$PWD/$1" >"$HDIST_HOME/.hashdistconfig"
}
lua=deb-src:lua/lua_5.orig.tar.gz
config archive.gpg
expect_exit 0 hdist fetch $lua
hdist source rm "$(cat out)" >/dev/null
config other.gpg
expect_exit 1 hdist fetch $lua
expect_err "the signature of the index stable of $url is not accepted by $PWD/other.gpg: it is signed by the key"
expect_err 'sources.deb-keyring'
# One of two signatures is enough, and keys may be armored.
sign --local-user o@example.org --local-user a@example.org
gpg --batch --armor --export a@example.org >armored.asc
config armored.asc
expect_exit 0 hdist fetch $lua
hdist source rm "$(cat out)" >/dev/null
# A byte that was changed.
again() { rm -r "$HDIST_HOME/.hashdist"; expect_exit 1 hdist fetch $lua; }
sed -i 's/^Suite: stable/Suite: stabel/' www/dists/stable/InRelease
again
expect_err 'its text was changed after it was signed'
# What is valid no longer.
echo 'Valid-Until: Sat, 30 Nov 2024 12:00:00 UTC' >>www/dists/stable/Release
sign --local-user a@example.org
again
expect_err "the index stable of $url is valid until 2024-11-30T12:00:00Z only"
expect_err 'hdist config set sources.deb-check-valid-until no'
hdist config set sources.deb-check-valid-until no 2>/dev/null
expect_exit 0 hdist fetch $lua
# A signature that was taken away is no way around.
rm www/dists/stable/InRelease
again
expect_err 'cannot be verified: it has no InRelease file that is signed as a whole'
