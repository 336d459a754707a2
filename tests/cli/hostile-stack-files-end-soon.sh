#!/bin/sh
# Empty, binary, 100 MB, nested 10,000 deep, an alias bomb: exit 2, in bounded time and memory.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
# shellcheck disable=SC3045
ulimit -v 2000000 || exit 77
: >empty.yaml
head -c 5000 "$HDIST" >binary.yaml
head -c 100000000 /dev/zero | tr '\0' a >large.yaml
{ printf 'name: s\npackages: '; head -c 10000 /dev/zero | tr '\0' '['; } >deep.yaml
{
  printf 'name: s\na: &a [x, x, x, x, x, x, x, x, x]\n'
  for n in b:a c:b d:c e:d f:e g:f h:g i:h; do printf '%s: &%s [*%s, *%s, *%s, *%s]\n' "${n%:*}" "${n%:*}" "${n#*:}" "${n#*:}" "${n#*:}" "${n#*:}"; done
} >bomb.yaml
printf 'packages: {}\n' >nameless.yaml
printf 'name: s\nname: t\npackages: {}\n' >twice.yaml
for file in empty binary large deep bomb nameless twice; do
  expect_exit 2 timeout 10 "$HDIST" update $file.yaml
  expect_err $file.yaml
  [ "$(wc -c <err)" -lt 2000 ] || fail "a long error for $file.yaml"
done
expect_exit 2 hdist update .
stack s one
expect_exit 0 hdist update
