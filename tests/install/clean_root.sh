# The Debian package in a clean root: HDIST_DEB names it. It is installed, works for a user, is the one hdist there, and
# goes without a trace. Needs root, debootstrap and its mirror; 77 where they are missing.
# shellcheck shell=sh disable=SC2016
set -eu
skip() {
  echo "skipped: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || skip 'only root makes a root'
for tool in debootstrap unshare dpkg-deb; do
  command -v $tool >/dev/null || skip "there is no $tool"
done
deb=$HDIST_DEB
root=$PWD/root
. /etc/os-release
needed=$(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/|[^,]*//g' | tr -d ' ')
debootstrap --variant=minbase --include="$needed,python3" "$VERSION_CODENAME" "$root" >debootstrap.log 2>&1 ||
  { tail -n 5 debootstrap.log; skip 'debootstrap cannot make a root here'; }
cp "$deb" "$root/hdist.deb"

cat >"$root/stack.yaml" <<'TEXT'
name: mine
package_dirs: [recipes]
packages:
  hello:
TEXT
mkdir "$root/recipes"
cat >"$root/recipes/hello.yaml" <<'TEXT'
name: hello
version: 1.0
description: Says hello
homepage: https://example.org/hello
license: MIT
build_stages:
- {name: install, handler: bash, bash: "mkdir -p $ARTIFACT/bin && printf '#!/bin/sh\\necho hello\\n' >$ARTIFACT/bin/hello && chmod 755 $ARTIFACT/bin/hello"}
TEXT

cat >"$root/user.sh" <<'TEXT'
set -eux
hdist config get hashdist.hdist | grep -x /usr/bin/hdist
hdist update /stack.yaml
hdist run mine -- hello | grep -x hello
python3 -c 'import hashdist; print(hashdist.resolve("hello").path)' | grep "^$HOME/.hashdist/artifacts/hello/"
# An older one, in an older profile say, becomes the one of the system.
mkdir -p old/bin old/lib/hdist
cp /usr/lib/hdist/bin/hdist old/bin/hdist
printf '#!/bin/sh\necho old\n' >old/lib/hdist/hdist
chmod 755 old/lib/hdist/hdist
old/bin/hdist --version | grep '^hdist [0-9]'
TEXT
cat >"$root/all.sh" <<'TEXT'
set -eux
useradd --create-home u
find / -xdev -not -path '/proc/*' -not -path '/var/*' | sort >/tmp/before
dpkg -i /hdist.deb
dpkg -V hdist
python3 -c 'import hashdist' # as root, so that compiled modules are left beside it
su - u -c 'sh /user.sh'
dpkg -r hdist
if command -v hdist; then exit 1; fi # `!` alone would end nothing
test -e /etc/hashdistconfig
su - u -c .hashdist/profiles/mine/bin/hello | grep -x hello # what was built stays and works
dpkg -P hdist
find / -xdev -not -path '/proc/*' -not -path '/var/*' | sort >/tmp/after
diff /tmp/before /tmp/after | grep '^[<>]' | grep -v -e ' /home/u/' -e ' /tmp/' && exit 1
echo complete
TEXT
unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" sh /all.sh' sh "$root" >log 2>&1 ||
  { cat log; exit 1; }
grep -qx complete log
