// keep_option.h: --keep, of the commands that build.
#pragma once

#include "ui/command.h"

namespace hdist {

enum class KeepBuild;

OptionInfo keep_option();
/// Error usage "usage.keep" for another word than it takes.
KeepBuild keep_called(const std::string& word);
/// Error usage "usage.keep" for another word than it takes.
void set_keep(Cli& cli, const Arguments& arguments);

} // namespace hdist
