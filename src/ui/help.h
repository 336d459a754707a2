// help.h: help texts, man page and completions, all from the registrations.
#pragma once

#include "config/brand.h"
#include "ui/command.h"

#include <string>
#include <vector>

namespace hdist {

/// At most 60 lines of 80 columns: all commands by group.
std::string overview_help(const Brand& brand);
std::string command_help(const Brand& brand, const CommandInfo& command);
/// The manual page of the program (no command) or of one command, as troff.
std::string man_page(const Brand& brand, const std::string& version, const CommandInfo* command);
/// A completion script for bash, zsh or fish. Error usage for another shell.
std::string completion_script(const Brand& brand, const std::string& shell);

std::string usage_line(const Brand& brand, const CommandInfo& command);

} // namespace hdist
