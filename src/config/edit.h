// edit.h: a config file with one setting changed or taken out; all else in it stays as it was
// written.
#pragma once

#include "config/ini.h"
#include "config/keys.h"

#include <string>
#include <vector>

namespace hdist {

/// The text with `key` set to `value`: the line that counts is changed (also under an old
/// spelling), else one is added to the section, else the section. Comments, layout and line ends
/// stay. Error usage "config.value" for a value that is not one line of text.
std::string edited_config(const Ini& ini, const std::vector<KeySpec>& keys, const KeySpec& key,
                          const std::string& value);
/// The text without the lines of `key`, under whatever spelling.
std::string config_without(const Ini& ini, const std::vector<KeySpec>& keys, const KeySpec& key);

/// edited_config() for a file (made when absent, its links followed), replaced by one rename. Two
/// at once both count.
void set_in_file(const std::string& path, const std::vector<KeySpec>& keys, const KeySpec& key,
                 const std::string& value);
/// config_without() for a file, in the same manner. False when nothing was to be taken out.
bool unset_in_file(const std::string& path, const std::vector<KeySpec>& keys, const KeySpec& key);

} // namespace hdist
