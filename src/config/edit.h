// edit.h: a config file with one setting changed; all else in it stays as it was written.
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

/// The same for a file (made when absent, its links followed), replaced by one rename. Two at once
/// both count.
void set_in_file(const std::string& path, const std::vector<KeySpec>& keys, const KeySpec& key,
                 const std::string& value);

} // namespace hdist
