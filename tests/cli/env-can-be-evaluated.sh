#!/bin/sh
# In sh, bash and dash, also with blanks and quotes in the path; twice changes nothing.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one' 'profile_variables:
  ONE_PLAIN: it'"'"'s "$PROFILE"
  ONE_PATH: {path: ["$PROFILE/share"]}'
stack s one
printf '[builder]\nstore = %s/store\n' "$PWD" >config
HDIST_HOME="$PWD/o'd \"home\" of mine"
mkdir "$HDIST_HOME"
expect_exit 0 hdist --config config update
for shell in sh bash; do
  cat >script <<'EOF'
set -eu
eval "$("$HDIST" --config config env s)"
before=$PATH
eval "$("$HDIST" --config config env s)"
[ "$PATH" = "$before" ]
one
printf '%s\n' "$ONE_PLAIN" "$ONE_PATH"
EOF
  expect_exit 0 $shell script
  expect_equal "$(head -1 out)" one
  expect_out "it's \"$HDIST_HOME"
done
expect_exit 2 hdist --config config env absent
[ ! -s out ] || fail 'something to evaluate for no profile'
