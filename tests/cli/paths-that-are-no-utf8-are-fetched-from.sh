#!/bin/sh
# Files, directories and repositories whose paths are no UTF-8 are sources as others are, and are noted so that they are found again.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v git >/dev/null || exit 77

place=$(printf 'n\377')
mkdir -p "$place/tree" 2>/dev/null || exit 77
echo content >"$place/file.txt"
echo x >"$place/tree/x"
key=$(hdist -q fetch "$place/file.txt")
hdist source info "$key" >out
expect_out 'n%ff/file.txt'
hdist -q fetch "$place/tree" >out
expect_out 'dir:'

git init -q -b master work
git -C work -c user.name=n -c user.email=e commit -q --allow-empty -m one
git clone -q --bare work "$place/r.git"
hdist -q fetch "$place/r.git" master >out
expect_out 'git:'

# So what is damaged comes from there again.
item=$HDIST_HOME/.hashdist/source/packs/file/${key#file:}
chmod +w "$item"
echo damaged >"$item"
expect_exit 0 hdist source verify --repair
expect_out "repaired $key"
