#include "profile/activate.h"

#include "base/dir.h"
#include "base/text.h"
#include "profile/undo.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>

namespace hdist {

namespace {

struct StandardVariable {
  const char* name;
  const char* directory;
};
constexpr StandardVariable kStandard[] = {
    {"PATH", "bin"}, {"MANPATH", "share/man"}, {"INFOPATH", "share/info"}};

/// In values of a record: the profile's own path, and the hdist root of a generation.
constexpr const char* kProfile = "$PROFILE";
constexpr const char* kRoot = "$PROFILE/../../..";

std::string in_profile(const std::string& value, const std::string& profile_path) {
  std::string text = replace_all(value, kProfile, profile_path);
  bool one_path = text.starts_with('/') && text.find(';') == std::string::npos &&
                  text.find(':') == std::string::npos;
  return one_path ? normal_path(text) : text;
}

char separator(ProfileVariable::Kind kind) {
  return kind == ProfileVariable::Kind::flags ? ' ' : ':';
}

/// An empty entry at the end of these stands for the system's own places, which must not be lost.
bool keeps_default(const std::string& name) {
  return name == "MANPATH" || name == "INFOPATH";
}

} // namespace

namespace {

/// With "$PROFILE" in the values. The profile stands at that path now.
std::vector<ProfileVariable> symbolic_variables(const ProfileRecord& record,
                                                const std::string& profile_path) {
  std::vector<ProfileVariable> variables;
  for (const StandardVariable& standard : kStandard)
    if (Dir::open_if_exists(join_path(profile_path, standard.directory)))
      variables.push_back({standard.name,
                           ProfileVariable::Kind::path,
                           {fmt::format("{}/{}", kProfile, standard.directory)}});
  for (ProfileVariable variable : record.environment) {
    for (std::string& value : variable.values)
      value = replace_all(value, "${PROFILE}", kProfile);
    auto same = std::find_if(variables.begin(), variables.end(), [&](const ProfileVariable& other) {
      return other.name == variable.name;
    });
    if (same == variables.end())
      variables.push_back(std::move(variable));
    else
      same->values.insert(same->values.end(), variable.values.begin(), variable.values.end());
  }
  return variables;
}

} // namespace

std::vector<ProfileVariable> profile_variables(const ProfileRecord& record,
                                               const std::string& profile_path) {
  std::vector<ProfileVariable> variables = symbolic_variables(record, profile_path);
  for (ProfileVariable& variable : variables)
    for (std::string& value : variable.values)
      value = in_profile(value, profile_path);
  return variables;
}

Env entered(const Env& before, const std::vector<ProfileVariable>& variables) {
  Env env = before;
  for (const ProfileVariable& variable : variables) {
    if (variable.kind == ProfileVariable::Kind::plain) {
      env.set(variable.name, variable.values.empty() ? "" : variable.values.back());
      continue;
    }
    char mark = separator(variable.kind);
    for (auto value = variable.values.rbegin(); value != variable.values.rend(); ++value) {
      std::string old = env.get_or(variable.name, "");
      std::vector<std::string> rest;
      if (!old.empty()) rest = split(old, mark);
      std::erase(rest, *value);
      std::string after = join(rest, std::string(1, mark));
      bool alone = after.empty() && !keeps_default(variable.name);
      env.set(variable.name, alone ? *value : *value + mark + after);
    }
  }
  return env;
}

std::string quoted_for_sh(const std::string& text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

namespace {

/// A value as a word of sh.
using ShellWord = std::function<std::string(const std::string& value)>;

/// Moves the value to the front, or adds it there; right under `set -eu` too.
std::string front_line(const std::string& name, const std::string& value, char separator) {
  std::string mark = fmt::format("'{}'", separator);
  std::string entry = mark + value + mark;
  std::string front = keeps_default(name) ? value + mark + "\"$_list\""
                                          : value + "\"${_list:+" + separator + "$_list}\"";
  return fmt::format(
      "_list={0}\"${{{1}-}}\"{0}; case $_list in {2}*) ;; *)"
      " while :; do case $_list in *{2}*) _list=${{_list%%{2}*}}{0}${{_list#*{2}}} ;; *) break ;; "
      "esac; done;"
      " _list=${{_list#{0}}}; _list=${{_list%{0}}}; export {1}={3} ;; esac; unset _list\n",
      mark, name, entry, front);
}

std::string sh_lines(const std::vector<ProfileVariable>& variables, const ShellWord& word) {
  std::string text;
  for (const ProfileVariable& variable : variables) {
    if (variable.kind == ProfileVariable::Kind::plain) {
      text += fmt::format("export {}={}\n", variable.name,
                          word(variable.values.empty() ? "" : variable.values.back()));
      continue;
    }
    for (auto value = variable.values.rbegin(); value != variable.values.rend(); ++value)
      text += front_line(variable.name, word(*value), separator(variable.kind));
  }
  return text;
}

/// `text` quoted, with `token` as the expansion of `variable`.
std::string quoted_around(const std::string& text, const std::string& token,
                          const std::string& variable, const ShellWord& rest) {
  std::string result;
  for (std::size_t at = 0;;) {
    std::size_t found = text.find(token, at);
    std::string before = text.substr(at, found - at);
    if (!before.empty()) result += rest(before);
    if (found == std::string::npos) return result.empty() ? "''" : result;
    result += fmt::format("\"${}\"", variable);
    at = found + token.size();
  }
}

std::string expanding_word(const std::string& value) {
  return quoted_around(value, kRoot, "_profile_root", [](const std::string& part) {
    return quoted_around(part, kProfile, "_profile", quoted_for_sh);
  });
}

bool names_root(const std::vector<ProfileVariable>& variables) {
  return std::any_of(variables.begin(), variables.end(), [](const ProfileVariable& variable) {
    return std::any_of(
        variable.values.begin(), variable.values.end(),
        [](const std::string& value) { return value.find(kRoot) != std::string::npos; });
  });
}

constexpr std::string_view kWhereItIs = R"(_profile=$_profile_made/activate.sh
if [ -n "${BASH_SOURCE-}" ]; then _profile=$BASH_SOURCE
elif [ -n "${ZSH_VERSION-}" ]; then eval '_profile=${(%):-%x}'
fi
case $_profile in /*) ;; *) _profile=$PWD/$_profile ;; esac
_profile=${_profile%/*}
_profile=${_profile%/.}
[ -e "$_profile/profile.json" ] || _profile=$_profile_made
)";

/// A sub-shell, and only where something was moved.
constexpr std::string_view kWhereTheRootIs = R"(_profile_root=${_profile_made%/*/*/*}
[ "$_profile" -ef "$_profile_made" ] || _profile_root=$(CDPATH= cd -P -- "$_profile/../../.." && pwd)
)";

constexpr std::string_view kElsewhere = R"(else
printf '%s\n' "activate.sh: the profile that was made at $_profile_made is not there any more" >&2
)";

} // namespace

std::string sh_activation(const std::vector<ProfileVariable>& variables) {
  return sh_lines(variables, quoted_for_sh);
}

std::string activation_file(const ProfileRecord& record, const std::string& path,
                            const std::string& stands_at) {
  std::vector<ProfileVariable> variables = symbolic_variables(record, stands_at);
  std::string text = "# The environment of a profile. In sh, bash or zsh: . activate.sh\n";
  text += fmt::format("_profile_made={}\n", quoted_for_sh(path));
  text += kWhereItIs;
  text += "if [ -e \"$_profile/profile.json\" ]; then\n";
  if (names_root(variables)) text += kWhereTheRootIs;
  text += sh_remember_before(variables, "\"$_profile\"");
  text += sh_lines(variables, expanding_word);
  text += sh_remember_after(variables);
  text += kElsewhere;
  return text + "fi\nunset _profile _profile_made _profile_root\n";
}

} // namespace hdist
