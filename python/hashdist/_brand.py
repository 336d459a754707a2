"""The names and places of this distribution. A rebrand writes this file anew and leaves the others as they are."""

PROGRAM = "hdist"
ENV_PREFIX = "HDIST_"
CONFIG_FILE = "~/.hashdistconfig"
OLD_CONFIG_FILE = "~/.hashdistrc"
SYSTEM_CONFIG_FILE = "/etc/hashdistconfig"
ROOT = "~/.hashdist"
CONFIG_SECTION = "hashdist"
