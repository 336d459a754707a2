#!/bin/sh
# The generation that a command was started in stays while it runs, also after the profile was switched.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[profiles]\nkeep-generations = 1\n[gc]\nkeep-unreferenced = never\n' >"$HDIST_HOME/.hashdistconfig"
for name in one two; do
  spec "$name" "mkdir \$ARTIFACT/bin; printf '#!/bin/sh\\necho $name\\n' >\$ARTIFACT/bin/p; chmod +x \$ARTIFACT/bin/p" | hdist build >"$name"
done
expect_exit 0 hdist makeprofile mine "$(cat one)"
"$HDIST" run mine -- sh -c 'touch inside; while ! test -e go; do sleep 0.1; done; p' >said 2>err &
background="$background $!"
inside=$!
await test -e inside
expect_exit 0 hdist makeprofile mine "$(cat two)"
expect_exit 0 hdist --verbose gc --grace 0
expect_out '2 artifacts ('
touch go
wait "$inside" || fail 'the command failed'
expect_equal "$(cat said)" one
expect_exit 0 hdist gc --grace 0
expect_out 'removed   one/'
expect_equal "$(hdist run mine -- p)" two
