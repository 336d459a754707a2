#!/bin/sh
# Where the profile cannot be switched, update says so before it builds anything, and --dry-run too.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
drop_root "$0"

recipe one 1 "touch '$PWD/built'; echo one >\$ARTIFACT/one"
stack s one
mkdir directory locked
ln -s /etc link
chmod 555 locked
for option in --dry-run --quiet; do
  expect_exit 3 hdist update $option stack.yaml ./directory
  expect_err 'is a directory and no profile'
  expect_exit 3 hdist update $option stack.yaml ./link
  expect_err 'is a link to /etc, which is no profile made here'
  for place in ./locked/p ./locked/deeper/p; do
    expect_exit 1 hdist update $option stack.yaml $place
    expect_err 'Permission denied'
    expect_err 'give the profile a path in a directory that you may write into'
  done
  refute_file built
done
# What stays as it is need not be written.
chmod 755 locked
expect_exit 0 hdist update stack.yaml ./locked/p
chmod 555 locked
expect_exit 0 hdist update stack.yaml ./locked/p
expect_out 'is up to date'
expect_exit 0 hdist update --dry-run stack.yaml ./locked/p
recipe one 2 "touch '$PWD/again'; echo two >\$ARTIFACT/one"
expect_exit 1 hdist update stack.yaml ./locked/p
refute_file again
# Nor does makeprofile leave anything behind.
expect_exit 1 hdist makeprofile ./locked/q one
chmod 755 locked
set -- "$HDIST_HOME"/.hashdist/generations/*
expect_equal $# 1
expect_exit 0 hdist root list
if grep -q /q- out; then fail 'a root of no profile is left'; fi
