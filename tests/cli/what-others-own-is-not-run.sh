#!/bin/sh
# A directory that another user owns may hold anything: nothing in it is run or built, until that user is trusted.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
[ "$(id -u)" = 0 ] || { echo "only root can give a directory to another user"; exit 77; }

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one'
stack s one
expect_exit 0 hdist update
chown 4242 home/.hashdist/artifacts/one
expect_exit 125 hdist run s -- one
expect_err "not of a user who is trusted"
expect_exit 1 hdist env s
expect_exit 3 hdist update
expect_err "belongs to the user with uid 4242, who is not trusted"
expect_err '`trust` of [builder]'
printf '[builder]\ntrust = 4242\n' >home/.hashdistconfig
expect_exit 0 hdist run s -- one
expect_equal "$(cat out)" one
expect_exit 0 hdist update
printf '[builder]\ntrust = nobody-of-that-name\n' >home/.hashdistconfig
expect_exit 2 hdist env s
expect_err "there is no user called nobody-of-that-name"

# Nor is a profile entered that somebody else made, by whatever way: he decides what is in it.
rm home/.hashdistconfig
chown 0 home/.hashdist/artifacts/one
mkdir -p theirs/bin
printf '#!/bin/sh\necho evil\n' >theirs/bin/one
echo '{"version": 1, "generation": 1, "members": [], "environment": {}}' >theirs/profile.json
chmod +x theirs/bin/one
hdist makeprofile "$PWD/mine" one >/dev/null
cp "$(hdist --json env ./mine | "$PYTHON" -c 'import json,sys; print(json.load(sys.stdin)["path"])')/profile.json" theirs/profile.json
chown -R 4242 theirs
for command in 'env ./theirs' '--json env ./theirs' 'shell ./theirs'; do
  # shellcheck disable=SC2086
  expect_exit 3 hdist $command
  expect_err "belongs to the user with uid 4242, who is not trusted"
done
expect_exit 125 hdist run ./theirs -- one
chown -R 0 theirs
expect_exit 0 hdist run ./theirs -- one
chmod o+w theirs
expect_exit 3 hdist env ./theirs
expect_err 'everybody may write to'
