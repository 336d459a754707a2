#!/bin/sh
# Unknown packages, fields, cycles and missing fields: exit 2, file:line:column, the line, the right word.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'touch $ARTIFACT/one'
stack s on
expect_exit 2 hdist update
expect_err "stack.yaml:4:3"
expect_err "is 'one' meant?"
expect_err '4 |   on:'
sed -i 's/^homepage/homepaeg/' recipes/one.yaml
stack s one
expect_exit 2 hdist update
expect_err recipes/one.yaml:4:1
expect_err homepage
expect_err '4 | homepaeg: https://example.org'
recipe one 1 true 'dependencies: {build: [two]}'
recipe two 1 true 'dependencies: {run: [three]}'
recipe three 1 true 'dependencies: {build: [one]}'
expect_exit 2 hdist update
expect_err "in a circle: one -> two -> three -> one"
expect_err one
recipe one 1 true
sed -i /^license/d recipes/one.yaml
expect_exit 2 hdist update
expect_err license
recipe one 1 true 'dependencies: {build: [{nested: map}]}'
expect_exit 2 hdist update
expect_err recipes/one.yaml:11
printf 'name: s\npackage_dirs: [recipes]\npackages:\n  one: {cflags: -O3}\n' >stack.yaml
recipe one 1 true
expect_exit 2 hdist update
expect_err cflags
printf 'name: s\npackage_dirs: [recpies]\npackages:\n  one:\n' >stack.yaml
expect_exit 2 hdist update
expect_err stack.yaml:2:15
expect_err "there is no directory 'recpies'"
printf 'name: s\npackage_dirs: [recipes]\npakcages:\n  one:\n' >stack.yaml
expect_exit 2 hdist update
expect_err stack.yaml:3:1
expect_err '"packages" is missing'
refute_file "$HDIST_HOME/.hashdist/profiles/s"
