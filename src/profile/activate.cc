#include "profile/activate.h"

#include "base/dir.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

struct StandardVariable {
  const char* name;
  const char* directory;
};
constexpr StandardVariable kStandard[] = {
    {"PATH", "bin"}, {"MANPATH", "share/man"}, {"INFOPATH", "share/info"}};

std::string in_profile(const std::string& value, const std::string& profile_path) {
  std::string text =
      replace_all(replace_all(value, "${PROFILE}", profile_path), "$PROFILE", profile_path);
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

std::vector<ProfileVariable> profile_variables(const ProfileRecord& record,
                                               const std::string& profile_path) {
  std::vector<ProfileVariable> variables;
  for (const StandardVariable& standard : kStandard) {
    std::string directory = join_path(profile_path, standard.directory);
    if (Dir::open_if_exists(directory))
      variables.push_back({standard.name, ProfileVariable::Kind::path, {directory}});
  }
  for (const ProfileVariable& variable : record.environment) {
    ProfileVariable expanded = variable;
    for (std::string& value : expanded.values)
      value = in_profile(value, profile_path);
    auto same = std::find_if(variables.begin(), variables.end(), [&](const ProfileVariable& other) {
      return other.name == variable.name;
    });
    if (same == variables.end())
      variables.push_back(std::move(expanded));
    else
      same->values.insert(same->values.end(), expanded.values.begin(), expanded.values.end());
  }
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
    if (keeps_default(variable.name) && env.get_or(variable.name, "").empty())
      env.set(variable.name, std::string(1, mark));
    for (auto value = variable.values.rbegin(); value != variable.values.rend(); ++value) {
      std::string old = env.get_or(variable.name, "");
      std::vector<std::string> entries = split(old, mark);
      if (std::find(entries.begin(), entries.end(), *value) != entries.end()) continue;
      env.set(variable.name, old.empty()                   ? *value
                             : old == std::string(1, mark) ? *value + mark
                                                           : *value + mark + old);
    }
  }
  return env;
}

namespace {

/// In single quotes whatever it holds: every sh understands that, line ends included.
std::string quoted_for_sh(const std::string& text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

/// Adds the value in front unless it is there; right under `set -u` too.
std::string add_line(const std::string& name, const std::string& value, char mark) {
  std::string quoted = quoted_for_sh(value);
  std::string whole = fmt::format("\"{0}${{{1}-}}{0}\"", mark, name);
  std::string joined = keeps_default(name)
                           ? fmt::format("{}'{}'\"${{{}-}}\"", quoted, mark, name)
                           : fmt::format("{0}\"${{{1}:+{2}${1}}}\"", quoted, name, mark);
  return fmt::format("case {} in *'{}'{}'{}'*) ;; *) export {}={} ;; esac\n", whole, mark, quoted,
                     mark, name, joined);
}

} // namespace

std::string sh_activation(const std::vector<ProfileVariable>& variables) {
  std::string text;
  for (const ProfileVariable& variable : variables) {
    if (variable.kind == ProfileVariable::Kind::plain) {
      text += fmt::format("export {}={}\n", variable.name,
                          quoted_for_sh(variable.values.empty() ? "" : variable.values.back()));
      continue;
    }
    for (auto value = variable.values.rbegin(); value != variable.values.rend(); ++value)
      text += add_line(variable.name, *value, separator(variable.kind));
  }
  return text;
}

} // namespace hdist
