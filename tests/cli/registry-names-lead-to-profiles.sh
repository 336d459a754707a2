#!/bin/sh
# A bare name is looked up in the folders of the registry: the user's, then the site's; links to links, relative ones too.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p site
printf '[hashdist]\nprofiles = ~/.hashdist/profiles, %s\n' "$PWD/site" >"$HDIST_HOME/.hashdistconfig"
for name in one two; do
  spec "$name" "mkdir \$ARTIFACT/bin; printf '#!/bin/sh\\necho $name\\n' >\$ARTIFACT/bin/p; chmod +x \$ARTIFACT/bin/p" | hdist build >"$name"
done
hdist makeprofile "$PWD/far/stack" "$(cat one)" >/dev/null
expect_exit 125 hdist run far -- p
expect_err 'what is in this directory has a slash in its name: ./far'
ln -s ../far/stack site/first
ln -s first site/second
expect_equal "$(hdist run second -- p)" one
expect_exit 0 hdist profile link mine second
expect_err "profiles/mine now leads to $PWD/site/second" # which may lead elsewhere tomorrow
expect_exit 0 hdist profile link mine second
expect_err 'leads already to'
hdist makeprofile "$PWD/far/stack" "$(cat two)" >/dev/null
expect_equal "$(hdist run mine -- p)" two
ln -s /none site/gone
ln -s /none "$HDIST_HOME/.hashdist/profiles/second"
expect_exit 0 hdist --json profile list
expect_equal "$(json out '[(p["name"], p["state"], p["hidden"], p["generation"]) for p in d["profiles"]]')" \
  "[('first', 'profile', False, 2), ('gone', 'gone', False, None), ('mine', 'profile', False, 2), ('second', 'gone', False, None), ('second', 'profile', True, 2)]"
expect_exit 0 hdist profile list
expect_out '(it leads nowhere)'
expect_exit 0 hdist profile info mine
expect_out 'registered   first, mine'
expect_out "member       two/$(cut -c5-10 two)"
# A name with a slash is none; one that is taken stays what it is; what a link leads to is not touched.
for name in a/b ../x /x . -- ''; do
  expect_exit 2 hdist profile link "$name" "$PWD/far/stack"
done
expect_exit 2 hdist profile unlink "$PWD/far/stack"
expect_exit 3 hdist profile link first "$PWD/far/stack"
expect_err "the name 'first' is taken"
expect_exit 2 hdist profile link new "$PWD/far"
expect_exit 0 hdist profile unlink --dry-run mine
expect_equal "$(hdist run mine -- p)" two
expect_exit 0 hdist profile unlink mine
refute_file "$HDIST_HOME/.hashdist/profiles/mine"
expect_equal "$(far/stack/bin/p)" two
for name in "$(printf 'a\nb')" "$(printf 'a\033[31mb')" .hidden ' '; do
  expect_exit 2 hdist makeprofile "$name" "$(cat one)"
  expect_err 'is no profile name'
done
expect_exit 2 hdist profile lnk a b
expect_err "is 'link' meant?"
