#!/bin/sh
# The old generation stays; what does not depend on the failure is built; the next run has it.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe good 1 'touch $ARTIFACT/good'
recipe bad 1 'touch $ARTIFACT/bad'
recipe above 1 'touch $ARTIFACT/above' 'dependencies: {build: [bad]}'
stack three above bad good
expect_exit 0 hdist update
before=$(readlink "$HDIST_HOME/.hashdist/profiles/three")
recipe bad 2 'echo some error: broken; false'
recipe good 2 'touch $ARTIFACT/better'
expect_exit 1 hdist update
expect_err 'some error: broken'
expect_err 'not tried because of bad: above'
expect_equal "$(readlink "$HDIST_HOME/.hashdist/profiles/three")" "$before"
recipe bad 2 'touch $ARTIFACT/works'
expect_exit 0 hdist update
expect_out '(2 built, 1 already there)'
expect_file "$HDIST_HOME/.hashdist/profiles/three/works"
