// brand_command.h: the commands that a brand adds: programs of its installation.
#pragma once

#include "config/brand.h"

#include <string>
#include <vector>

namespace hdist {

bool is_brand_command(const Brand& brand, const std::string& name);
/// Becomes lib/<program>/commands/<words[0]> with the other words; <PREFIX>PROGRAM is the command
/// that called it. Error "process.not-found" and the like when it cannot be run.
[[noreturn]] void run_brand_command(const Brand& brand, const std::string& executable,
                                    const std::vector<std::string>& words);

} // namespace hdist
