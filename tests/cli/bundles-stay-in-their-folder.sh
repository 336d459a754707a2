#!/bin/sh
# A bundle that root fills in a user's folder: where the user puts links in place of its directories, nothing is written through them.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
[ "$(id -u)" = 0 ] || exit 77
user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

echo 'content' >b
key=$(hdist fetch b)
chmod 755 .
mkdir theirs victim
chown 65534:65534 theirs
expect_exit 0 hdist bundle theirs/bundle "$key"
for place in packs/file packs tmp urls; do
  # What is there becomes the user's, who may do with his folder what he likes.
  rm -rf theirs/bundle
  mkdir -p theirs/bundle/packs/file theirs/bundle/tmp theirs/bundle/urls
  printf '{"version":1,"kind":"sources","required":[],"optional":[]}\n' >theirs/bundle/store.json
  chown -R 65534:65534 theirs
  user rm -r "theirs/bundle/$place"
  user ln -s "$PWD/victim" "theirs/bundle/$place"
  code=0
  hdist bundle theirs/bundle "$key" >out 2>err || code=$?
  expect_equal "$place: $(find victim -mindepth 1)" "$place: "
  [ "$code" = 0 ] || expect_err 'is not followed'
done
# Links of one's own, in a folder of one's own, are followed as ever.
hdist bundle own "$key" >/dev/null
digest=$(echo "$key" | cut -d: -f2)
mv own/packs elsewhere
rm "elsewhere/file/$digest"
ln -s ../elsewhere own/packs
expect_exit 0 hdist bundle own "$key"
expect_file "elsewhere/file/$digest"
