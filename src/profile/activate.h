// activate.h: the environment of a profile, as a value and as text for a shell.
#pragma once

#include "base/env.h"
#include "model/profile_record.h"

#include <string>
#include <vector>

namespace hdist {

/// What entering does: PATH, MANPATH, ... by what the profile has, then the variables of its
/// members. Kind path: entries put or moved to the front, each once; flags likewise with ' ';
/// plain: the value is set.
std::vector<ProfileVariable> profile_variables(const ProfileRecord& record,
                                               const std::string& profile_path);

/// The environment after entering; entering twice changes nothing more.
Env entered(const Env& before, const std::vector<ProfileVariable>& variables);

/// In single quotes whatever it holds: every sh understands that, line ends included.
std::string quoted_for_sh(const std::string& text);

/// Text for sh/bash/zsh that does the same when evaluated, whatever the values contain; one command
/// a line.
std::string sh_activation(const std::vector<ProfileVariable>& variables);

/// activate.sh of the profile at `path`, for sh/bash/zsh to source: starts no program, and goes by
/// where it lies when it is sourced, as far as the shell can tell (bash and zsh; another sh looks
/// where the profile was made). docs/profile-format.md, section 4.
/// `stands_at`: where it is now, when it is not at `path` yet.
std::string activation_file(const ProfileRecord& record, const std::string& path,
                            const std::string& stands_at);

} // namespace hdist
