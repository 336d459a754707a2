#!/bin/sh
# The rule of one common hdist: newer replaces older, older never newer, versions compare as versions, many at once end with one.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

root=$PWD/root
mkdir -p "$root/versions" "$root/bin"
# install VERSION BUILD: a tree whose program says which one it is.
install() {
  staged=$(mktemp -d "$root/versions/.tmp-XXXXXX")
  mkdir -p "$staged/bin" "$staged/lib/python"
  echo "$1 $2" >"$staged/lib/python/version"
  printf '#!/bin/sh\necho %s %s\n' "$1" "$2" >"$staged/bin/hdist"
  chmod 755 "$staged/bin/hdist"
  "$HDIST_SOURCE_DIR/packaging/switch_version" "$root" "$staged" "$1"
}
common() {
  expect_equal "$("$root/bin/hdist")" "$1"
  expect_equal "$(cat "$root/lib/python/version")" "$1"
}

install 0.9.0 a >/dev/null
common '0.9.0 a'
install 0.10.0 a >/dev/null
common '0.10.0 a'
case $(install 0.9.1 a) in 0.10.0-*) ;; *) fail 'it does not say which one stays' ;; esac
common '0.10.0 a'
sleep 0.02
install 0.10.0 b >/dev/null # another build of the same version
common '0.10.0 b'
sleep 0.02
install 0.10.0 a >/dev/null # and the first one again
common '0.10.0 a'
mkdir "$root/versions/9.9.9-interrupted" # without a program
install 0.10.1 a >/dev/null
common '0.10.1 a'

pids=
for version in 1.0.0 1.2.0 1.10.0 1.9.0 1.1.0 0.3.0; do
  install $version x >/dev/null &
  pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
common '1.10.0 x'
[ -z "$(find "$root" -name '.tmp*' -o -name '*.new.*')" ] || fail 'something is left over'
