// ini.h: the INI text of config files, with the position of every key.
#pragma once

#include "data/value.h"

#include <string>
#include <vector>

namespace hdist {

struct IniEntry {
  std::string section, key, value; // trimmed
  Position key_at, value_at;
};
struct IniSection {
  std::string name;
  Position at;
};
struct Ini {
  Document document;                // name and text, for messages
  std::vector<IniSection> sections; // in the order written, repeated ones too
  std::vector<IniEntry> entries;    // each key of a section once
  std::vector<std::string> notes;   // lines that were passed over
};

/// "[section]", "key = value", comments from '#' or ';' at the start of a line; indentation says
/// nothing, a value is one line. A line
/// "<...>" is passed over. Anything else, a key given twice, NUL and invalid UTF-8 are document
/// errors.
Ini read_ini(std::string name, std::string text);

} // namespace hdist
