#!/bin/sh
# Without git nothing can be said of a commit: it is named apart, never repaired, and whole when git is there again.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v git >/dev/null || exit 77

git init -q repository && cd repository
git -c user.name=n -c user.email=e commit -q --allow-empty -m one
cd ..
commit=$(hdist -q fetch repository/.git master 2>/dev/null || hdist -q fetch repository/.git main)
mkdir empty
expect_exit 1 env PATH="$PWD/empty" "$HDIST" source verify --repair
expect_out "not read $commit"
expect_out '1 could not be read'
grep -q 'damaged  git' out && fail "it is called damaged: $(cat out)"
expect_exit 0 hdist source verify
expect_out '1 read, 0 damaged'

# Nor can it where git is killed.
mkdir dying
printf '#!/bin/sh\nkill -9 $$\n' >dying/git
chmod +x dying/git
expect_exit 1 env PATH="$PWD/dying:$PATH" "$HDIST" source verify --repair
expect_out "not read $commit"
expect_out 'killed by signal 9'

# Nor where no more files can be opened, which is said so.
expect_exit 1 sh -c 'ulimit -n 16 && exec "$HDIST" source verify'
expect_out "not read $commit"
expect_out 'Too many open files'

# A digest of another kind is no address.
echo content >file.txt
for word in sha512-AAAA= md5:00112233445566778899aabbccddeeff "$(printf '%064d' 0)" "$(printf '%0128d' 0)" "$(printf '%040d' 0)" "$(printf '%032d' 0)"; do
  expect_exit 2 hdist fetch file.txt "$word"
  grep -qF 'is no key' err || fail "no word on the key: $(cat err)"
done
expect_equal "$(hdist source list | grep -c file:)" 0
