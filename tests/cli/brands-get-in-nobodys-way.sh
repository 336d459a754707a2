#!/bin/sh
# A brand that would take over the common config, root, a section or a module of Python is wrong usage; so is a missing file.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

refused() { # refused 'LINE' TEXT
  printf 'name = "qsnake-hdist"\nshare = "sources,artifacts"\n%s\n' "$1" >brand.toml
  expect_exit 2 hdist rebrand brand.toml --output made
  expect_err brand.toml:3:
  expect_err "$2"
  refute_file made
}
refused 'config = "~/.hashdistconfig"' 'is a config file of hdist'
refused "config = \"$HDIST_HOME/.hashdistconfig\"" 'is a config file of hdist'
refused 'root = "~/.hashdist"' 'stores are shared by share'
for section in sources builder hashdist gc site; do
  refused "section = \"$section\"" 'is a section that every config has'
done
for module in os json sys; do
  refused "python_package = \"$module\"" "Python's own module $module"
done
expect_exit 2 hdist rebrand absent.toml --output made
expect_err 'there is no file absent.toml'
