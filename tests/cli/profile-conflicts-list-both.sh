#!/bin/sh
# Two artifacts with the same file: both are named, nothing is written; a directory in the way stays.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

for name in one two; do
  spec $name "mkdir \$ARTIFACT/bin; echo $name >\$ARTIFACT/bin/tool; touch \$ARTIFACT/$name" >$name.json
  hdist build $name.json >$name.id
done
expect_exit 1 hdist makeprofile "$PWD/profile" one two
expect_err bin/tool
expect_err "$(cut -c1-12 one.id)"
expect_err "$(cut -c1-12 two.id)"
refute_file profile
expect_exit 0 hdist makeprofile "$PWD/profile" one
expect_equal "$(cat profile/bin/tool)" one
before=$(readlink profile)
expect_exit 1 hdist makeprofile "$PWD/profile" one two
expect_equal "$(readlink profile)" "$before"
mkdir -p taken/mine
expect_exit 3 hdist makeprofile "$PWD/taken" one
expect_err "$PWD/taken"
expect_err mv
expect_file taken/mine
echo mine >file
expect_exit 3 hdist makeprofile "$PWD/file" one
expect_equal "$(cat file)" mine
expect_exit 2 hdist makeprofile "$PWD/other" absent
refute_file other
