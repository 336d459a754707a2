#!/bin/sh
# env --undo, in each shell and after activate.sh: former values come back; a list that was changed loses the profile's entries alone.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one' 'profile_variables:
  ONE_PLAIN: a "quoted" $PROFILE'
stack s one
expect_exit 0 hdist update
cat >script.sh <<'EOF'
set -eu
before=$(env | grep -v '^_=' | sort)
old=$PATH
$ENTER
one
PATH=/mine:$PATH ONE_PLAIN=changed
eval "$("$HDIST" env --undo 2>notes)"
[ "$PATH" = "/mine:$old" ]
[ "$ONE_PLAIN" = changed ]
PATH=$old
unset ONE_PLAIN
[ "$(env | grep -v '^_=' | sort)" = "$before" ]
EOF
for shell in sh bash zsh; do
  command -v "$shell" >/dev/null || continue
  for enter in 'eval "$("$HDIST" env s)"' '. "$HDIST_HOME/.hashdist/profiles/s/activate.sh"'; do
    python 'import sys; print(open("script.sh").read().replace("$ENTER", sys.argv[1]))' "$enter" >try
    expect_exit 0 env HDIST="$HDIST" "$shell" try
    expect_out one
    grep -q 'ONE_PLAIN was changed since' notes || fail "no note in $shell"
  done
done
if command -v fish >/dev/null; then
  expect_exit 0 env HDIST="$HDIST" fish --no-config -c 'set path "$PATH"; $HDIST env --shell fish s | source; one; $HDIST env --undo --shell fish | source
    test "$path" = "$PATH"; and not set -q ONE_PLAIN'
  expect_out one
fi
if command -v tcsh >/dev/null; then
  expect_exit 0 env HDIST="$HDIST" tcsh -f -c 'set before = "$PATH"; eval "`$HDIST env --shell csh s`"; one; eval "`$HDIST env --undo --shell tcsh`"
    test "$before" = "$PATH"'
  expect_out one
fi
expect_exit 2 hdist env --undo
expect_err 'no profile was entered'
expect_exit 2 hdist env --shell powershell s
expect_equal "$(hdist run s -- "$HDIST" --json env --undo | json /dev/stdin 'd["environment"]["ONE_PLAIN"]')" None
