// help_files.h: what is installed of the help: manual pages and completions, as files.
#pragma once

#include "config/brand.h"

#include <string>
#include <vector>

namespace hdist {

struct HelpFile {
  std::string path; // below <prefix>/share
  std::string text;
};

/// "man/man1/hdist-update.1", ..., and the completions for bash, zsh and fish where these shells
/// look for them.
std::vector<HelpFile> help_files(const Brand& brand, const std::string& version);
/// Writes them below `directory`, which is made.
void write_help_files(const Brand& brand, const std::string& version, const std::string& directory);

} // namespace hdist
