#!/bin/sh
# --offline asks nobody, and says all that is missing at once, whatever is done.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset http_proxy no_proxy 2>/dev/null || :

mkdir www
serve www
words=
for name in a b c; do
  tarball www/$name.tar.gz file "content of $name"
  key=$(hdist fetch www/$name.tar.gz)
  words="$words $url/$name.tar.gz $key"
  recipe $name 1 "cp file \$ARTIFACT/$name" "sources: [{key: '$key', url: '$url/$name.tar.gz'}]"
done
stack s a b c
rm -r "$HDIST_HOME/.hashdist/source"

# all_of COMMAND...: it fails, names the three, and asked nobody.
all_of() {
  expect_exit 1 "$@"
  for name in a b c; do expect_err "$url/$name.tar.gz"; done
  expect_err offline
  expect_equal "$(cat requests)" ''
}
all_of hdist update --offline
all_of hdist update --offline --fetch-only
# shellcheck disable=SC2086
all_of hdist fetch --offline $words
all_of hdist bundle --offline there
hdist compile >tasks.json
all_of hdist runtasks --offline tasks.json
