#!/bin/sh
# The stage, and the line of config.log or of the output that says why.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p d/top
printf '#!/bin/sh\necho checking for frobnicate... no\necho "configure: error: frobnicate is missing" >&2\nexit 1\n' >d/top/configure
chmod +x d/top/configure
tar -C d -czf one.tar.gz top
cat >one.yaml <<EOF
name: one
version: 1
description: A package for a test
homepage: https://example.org
license: MIT
extends: [autotools_package]
sources: [{key: "$(hdist fetch one.tar.gz)", url: "file:$PWD/one.tar.gz"}]
EOF
mkdir recipes
mv one.yaml recipes
stack s one
expect_exit 1 hdist update
expect_err 'in stage configure'
expect_err 'first error: configure: error: frobnicate is missing'
expect_err "$HDIST_HOME/.hashdist/logs/one-"
refute_err 'in stage make'
