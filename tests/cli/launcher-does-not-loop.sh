#!/bin/sh
# A config that names this program, a script that calls it again, or one that leads back: each runs once. Shells launch again.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

installation old 0.0.9
config=$HDIST_HOME/.hashdistconfig
name() { printf '[hashdist]\nhdist = %s\n' "$1" >"$config"; }
script() {
  printf '#!/bin/sh\necho x >>%s\n%s\n' "$PWD/calls" "$1" >script
  chmod 755 script
  : >calls
}
name "$HDIST"
expect_exit 0 timeout 60 "$HDIST" --version
ln -s "$PWD/old/bin/hdist" link
name "$PWD/link"
expect_equal "$(timeout 60 old/bin/hdist --version)" 'hdist 0.0.9'

script "exec $PWD/old/bin/hdist \"\$@\""
name "$PWD/script"
expect_equal "$(timeout 60 old/bin/hdist --version)" 'hdist 0.0.9'
expect_equal "$(wc -l <calls)" 1
script "$PWD/old/bin/hdist \"\$@\"; exit 7" # in a process of its own
expect_exit 7 timeout 60 old/bin/hdist --version
expect_out 'hdist 0.0.9'
expect_equal "$(wc -l <calls)" 1

# What was launched may start programs, and these launch again: the guard is not in their environment.
recipe p 1 'mkdir -p "$ARTIFACT/bin"'
stack s p
name "$PWD/old/bin/hdist"
expect_exit 0 "$HDIST" update
expect_exit 0 "$HDIST" run s -- env
! grep LAUNCHED out || fail 'the guard is in the environment'
script 'echo launched'
name "$PWD/script"
expect_equal "$(HDIST_LAUNCHED=1:1 timeout 60 old/bin/hdist --version)" launched
expect_equal "$(HDIST_LAUNCHED=nonsense timeout 60 old/bin/hdist --version)" launched
