// undo.h: what entering a profile leaves in the environment, so that it can be undone; changes as
// text for a shell.
#pragma once

#include "base/env.h"
#include "model/profile_record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

// _PROFILE_DEPTH is how many profiles were entered, one in the other. For the n-th one _PROFILE_<n>
// is its path, _PROFILE_<n>_<kind>_<NAME> what entering made of the variable NAME, and
// _PROFILE_<n>_was_<NAME> what it was, unless it was unset or, for a list, empty. Formats:
// docs/profile-format.md.

/// `after` with what is needed to undo it. Nothing is added when the profile that was entered last
/// is the same one: entering twice is undone at once.
Env remembered(const Env& before, Env after, const std::string& profile,
               const std::vector<ProfileVariable>& variables);

struct Undone {
  std::string profile; // that was left
  Env environment;
  std::vector<std::string> notes; // what could not be given its former value, and why
  friend bool operator==(const Undone&, const Undone&) = default;
};
/// Leaves the profile that was entered last: a variable that still has the value that entering gave
/// it gets its former one back; else a list loses exactly the entries that entering brought, and a
/// plain value stays, with a note. nullopt: none was entered.
std::optional<Undone> leave_last(const Env& env);

/// For sh, before and after the text of sh_activation(): the same as remembered(). `profile` is a
/// word of sh.
std::string sh_remember_before(const std::vector<ProfileVariable>& variables,
                               const std::string& profile);
std::string sh_remember_after(const std::vector<ProfileVariable>& variables);

enum class Shell { sh, fish, csh };
/// "sh", "bash", "zsh", "dash", "ksh"; "fish"; "csh", "tcsh". Also as a path, as $SHELL has it.
std::optional<Shell> shell_called(std::string_view name);
/// Commands that make `after` of `before`, for that shell to evaluate. Error usage "env.line-break"
/// for a value that csh cannot take.
std::string change_text(const Env& before, const Env& after, Shell shell);

} // namespace hdist
