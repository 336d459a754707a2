# The Debian package: made by CPack, it has its parts where the system looks, works from them, and lintian finds nothing.
# shellcheck shell=sh disable=SC2016
set -eu
fail() {
  echo "FAILED: $*"
  exit 1
}
for tool in dpkg-deb dpkg-shlibdeps "$CPACK"; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
# A library with a sanitizer in it needs a program with it, too.
nm -D --undefined-only "$BUILD/lib/libhashdist.so" | grep -q '__asan\|__tsan' && exit 77
HOME=$PWD
HDIST_HOME=$PWD/home
export HOME HDIST_HOME
mkdir home

"$CPACK" -G DEB --config "$BUILD/CPackConfig.cmake" -B "$PWD" >cpack.log 2>&1 || { cat cpack.log; fail 'cpack'; }
deb=$(echo hdist_*.deb)
dpkg-deb -x "$deb" root
dpkg-deb -e "$deb" control

# Every installed hdist becomes /usr/bin/hdist by the system's config, which is a file that an administrator may change.
grep -q '^ *hdist = /usr/bin/hdist$' root/etc/hashdistconfig || fail 'the config does not name /usr/bin/hdist'
[ "$(cat control/conffiles)" = /etc/hashdistconfig ] || fail 'the config is no conffile'
for file in bin/hdist share/man/man1/hdist.1.gz share/man/man1/hdist-update.1.gz share/bash-completion/completions/hdist \
  share/zsh/vendor-completions/_hdist share/fish/vendor_completions.d/hdist.fish lib/python3/dist-packages/hashdist/__init__.py \
  share/doc/hdist/copyright share/doc/hdist/changelog.gz share/doc/hdist/changelog.Debian.gz; do
  [ -e "root/usr/$file" ] || fail "there is no /usr/$file"
done
grep -q '^ Redistribution and use' root/usr/share/doc/hdist/copyright || fail 'the copyright file lacks the licence'
zcat root/usr/share/doc/hdist/changelog.gz | cmp - "$HDIST_SOURCE_DIR/CHANGELOG.md" || fail 'the changelog is another one'
find root ! -type l \( -perm /022 -o ! -perm -004 \) | grep . && fail 'these have wrong modes'
dpkg-deb -c "$deb" | grep -v ' root/root ' && fail 'these belong to somebody'

# It works where it was unpacked: the program through its link, its modules, and the library in Python.
mkdir top && echo text >top/file && tar -czf a.tar.gz top
key=$(HDIST_CONFIG=/dev/null root/usr/bin/hdist --quiet fetch "$PWD/a.tar.gz")
HDIST_CONFIG=/dev/null root/usr/bin/hdist --quiet unpack "$key" out
[ "$(cat out/file)" = text ] || fail 'a source comes out otherwise'
found=$(HDIST_CONFIG=/dev/null PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=root/usr/lib/python3/dist-packages "$PYTHON" -c \
  'import hashdist, sys; print(hashdist.fetch(sys.argv[1]).key, hashdist.sources.__file__)' "$PWD/a.tar.gz")
case $found in
  "$key $PWD/root/usr/lib/hdist/lib/python/hashdistlib/sources.py") ;;
  *) fail "Python finds $found" ;;
esac

command -v lintian >/dev/null || { echo "skipped: there is no lintian"; exit 77; }
lintian --fail-on error,warning --tag-display-limit 0 "$deb" || fail 'lintian'
