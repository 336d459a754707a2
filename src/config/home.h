// home.h: what `~` stands for.
#pragma once

#include "base/env.h"
#include "config/brand.h"

#include <optional>
#include <string>

namespace hdist {

/// HDIST_HOME, else HOME, else `passwd_home`; always absolute and normal. Error usage "config.home"
/// that says what to set when none is there, or when the one that counts is not absolute.
std::string find_home(const Brand& brand, const Env& environment,
                      const std::optional<std::string>& passwd_home);

/// Of the real user, from the password file; nullopt when it has no entry.
std::optional<std::string> passwd_home();

/// "~" and "~/x" with `home`; other paths unchanged. Error usage "config.value" for "~name".
std::string expand_home(const std::string& path, const std::string& home);

} // namespace hdist
