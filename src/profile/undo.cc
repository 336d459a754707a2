#include "profile/undo.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kDepth = "_PROFILE_DEPTH";
constexpr const char* kKinds[] = {"path", "flags", "plain"};
constexpr int64_t kDeepest = 999; // what is more is nothing that entering made

std::string prefix_of(int64_t depth) {
  return fmt::format("_PROFILE_{}", depth);
}

int64_t depth_of(const Env& env) {
  std::string text = env.get_or(std::string(kDepth), "");
  int64_t depth = parse_int(text).value_or(0);
  return depth > 0 && depth <= kDeepest && std::to_string(depth) == text ? depth : 0;
}

const char* kind_text(ProfileVariable::Kind kind) {
  return kKinds[static_cast<int>(kind)];
}

bool is_variable_name(std::string_view name) {
  bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  return letters && !name.empty() && (name[0] < '0' || name[0] > '9');
}

} // namespace

Env remembered(const Env& before, Env after, const std::string& profile,
               const std::vector<ProfileVariable>& variables) {
  int64_t depth = depth_of(before);
  if (depth > 0 && before.get(prefix_of(depth)) == profile) return after;
  depth = std::min(depth + 1, kDeepest);
  std::string prefix = prefix_of(depth);
  after.set(std::string(kDepth), std::to_string(depth));
  after.set(prefix, profile);
  for (const ProfileVariable& variable : variables) {
    std::string was = prefix + "_was_" + variable.name;
    std::optional<std::string> old = before.get(variable.name);
    // zsh has some lists always, so an empty one is as none.
    bool is_plain = variable.kind == ProfileVariable::Kind::plain;
    if (old && (is_plain || !old->empty()))
      after.set(was, *old);
    else
      after.unset(was);
    after.set(fmt::format("{}_{}_{}", prefix, kind_text(variable.kind), variable.name),
              after.get_or(variable.name, ""));
  }
  return after;
}

namespace {

struct Change {
  std::string name;
  std::string became;
  std::optional<std::string> was;
};

std::vector<std::string> entries_of(const std::string& list, char mark) {
  return list.empty() ? std::vector<std::string>() : split(list, mark);
}

bool contains(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

/// What entering brought: it stands in front of what was there, from which it was taken if it was
/// in it.
std::vector<std::string> brought(const std::vector<std::string>& became,
                                 const std::vector<std::string>& was) {
  std::vector<std::string> entries;
  for (const std::string& entry : became)
    if (!entry.empty() && !contains(was, entry)) entries.push_back(entry);
  return entries;
}

class Leaving {
public:
  Leaving(Env env, int64_t depth) : env_(std::move(env)), prefix_(prefix_of(depth)) {}

  Undone leave() {
    Undone undone{env_.get_or(prefix_, ""), {}, {}};
    forget(); // also those whose variable is gone
    for (int kind = 0; kind < 3; ++kind)
      for (const Change& change : changes_[kind])
        undo(change, kind, undone.notes);
    undone.environment = std::move(env_);
    return undone;
  }

private:
  /// Takes all that is remembered of this depth out of the environment.
  void forget() {
    std::vector<std::string> names;
    for (const auto& [name, value] : env_.values()) {
      if (name == prefix_) names.push_back(name);
      if (!name.starts_with(prefix_ + "_")) continue;
      names.push_back(name);
      for (int kind = 0; kind < 3; ++kind) {
        std::string start = fmt::format("{}_{}_", prefix_, kKinds[kind]);
        if (!name.starts_with(start) || !is_variable_name(name.substr(start.size()))) continue;
        std::string of = name.substr(start.size());
        changes_[kind].push_back({of, value, env_.get(prefix_ + "_was_" + of)});
      }
    }
    for (const std::string& name : names)
      env_.unset(name);
  }

  void undo(const Change& change, int kind, std::vector<std::string>& notes) {
    std::optional<std::string> now = env_.get(change.name);
    if (!now) return;
    bool is_plain = kind == static_cast<int>(ProfileVariable::Kind::plain);
    if (*now == change.became)
      set_or_unset(change.name, change.was);
    else if (is_plain)
      notes.push_back(fmt::format("{} was changed since and stays: {}", change.name, *now));
    else
      shorten(change, kind == static_cast<int>(ProfileVariable::Kind::flags) ? ' ' : ':', *now);
  }

  void shorten(const Change& change, char mark, const std::string& now) {
    std::vector<std::string> entries = entries_of(now, mark);
    std::vector<std::string> was = entries_of(change.was.value_or(""), mark);
    for (const std::string& entry : brought(entries_of(change.became, mark), was))
      if (auto found = std::find(entries.begin(), entries.end(), entry); found != entries.end())
        entries.erase(found);
    bool is_empty = std::all_of(entries.begin(), entries.end(),
                                [](const std::string& entry) { return entry.empty(); });
    if (is_empty && !change.was)
      env_.unset(change.name);
    else
      env_.set(change.name, join(entries, std::string(1, mark)));
  }

  void set_or_unset(const std::string& name, const std::optional<std::string>& value) {
    if (value)
      env_.set(name, *value);
    else
      env_.unset(name);
  }

  Env env_;
  std::string prefix_;
  std::vector<Change> changes_[3]; // by kind
};

} // namespace

std::optional<Undone> leave_last(const Env& env) {
  int64_t depth = depth_of(env);
  if (depth == 0 || !env.contains(prefix_of(depth))) return std::nullopt;
  Undone undone = Leaving(env, depth).leave();
  if (depth > 1)
    undone.environment.set(std::string(kDepth), std::to_string(depth - 1));
  else
    undone.environment.unset(std::string(kDepth));
  return undone;
}

std::string sh_remember_before(const std::vector<ProfileVariable>& variables,
                               const std::string& profile) {
  // $_profile_new is the prefix of the names, or empty when this profile was entered last.
  std::string text = "case ${_PROFILE_DEPTH-} in ''|0*|*[!0-9]*|????*) _PROFILE_DEPTH=0 ;; esac\n"
                     "eval \"_profile_new=\\${_PROFILE_$_PROFILE_DEPTH-}\"\n";
  text += fmt::format("if [ \"$_profile_new\" = {0} ]; then _profile_new=\n"
                      "else\n"
                      "[ $_PROFILE_DEPTH -ge {1} ] || _PROFILE_DEPTH=$((_PROFILE_DEPTH+1))\n"
                      "export _PROFILE_DEPTH\n"
                      "_profile_new=_PROFILE_$_PROFILE_DEPTH\n"
                      "export \"$_profile_new\"={0}\n",
                      profile, kDeepest);
  for (const ProfileVariable& variable : variables) {
    bool is_plain = variable.kind == ProfileVariable::Kind::plain;
    text += fmt::format("if [ \"${{{0}{1}}}\" ]; then eval \"${{_profile_new}}_was_{0}=\\${0}; "
                        "export ${{_profile_new}}_was_{0}\"\n"
                        "else unset \"${{_profile_new}}_was_{0}\"; fi\n",
                        variable.name, is_plain ? "+x" : ":+x");
  }
  return text + "fi\n";
}

std::string sh_remember_after(const std::vector<ProfileVariable>& variables) {
  std::string text = "if [ \"$_profile_new\" ]; then\n";
  for (const ProfileVariable& variable : variables)
    text +=
        fmt::format("eval \"${{_profile_new}}_{0}_{1}=\\${1}; export ${{_profile_new}}_{0}_{1}\"\n",
                    kind_text(variable.kind), variable.name);
  return text + ":\nfi\nunset _profile_new\n";
}

std::optional<Shell> shell_called(std::string_view name) {
  std::string program = base_name(name);
  for (const char* one : {"sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "busybox"})
    if (program == one) return Shell::sh;
  if (program == "fish") return Shell::fish;
  if (program == "csh" || program == "tcsh") return Shell::csh;
  return std::nullopt;
}

namespace {

std::string quoted(const std::string& name, const std::string& value, Shell shell) {
  if (shell == Shell::fish)
    return "'" + replace_all(replace_all(value, "\\", "\\\\"), "'", "\\'") + "'";
  std::string text = "'" + replace_all(value, "'", "'\\''") + "'";
  if (shell == Shell::sh) return text;
  if (value.find('\n') != std::string::npos)
    throw Error(ErrorKind::usage, "env.line-break",
                fmt::format("the value of {} has a line break, which csh cannot take", name));
  return replace_all(text, "!", "\\!"); // csh looks for its history in single quotes, too
}

std::string set_line(const std::string& name, const std::string& word, Shell shell) {
  switch (shell) {
  case Shell::sh:
    return fmt::format("export {}={};\n", name, word);
  case Shell::fish:
    return fmt::format("set -gx {} {};\n", name, word);
  case Shell::csh:
    return fmt::format("setenv {} {};\n", name, word);
  }
  return "";
}

std::string unset_line(const std::string& name, Shell shell) {
  switch (shell) {
  case Shell::sh:
    return fmt::format("unset {};\n", name);
  case Shell::fish:
    return fmt::format("set -e {};\n", name);
  case Shell::csh:
    return fmt::format("unsetenv {};\n", name);
  }
  return "";
}

} // namespace

std::string change_text(const Env& before, const Env& after, Shell shell) {
  std::string text;
  for (const auto& [name, value] : after.values())
    if (before.get(name) != value && is_variable_name(name))
      text += set_line(name, quoted(name, value, shell), shell);
  for (const auto& [name, value] : before.values())
    if (!after.contains(name) && is_variable_name(name)) text += unset_line(name, shell);
  return text;
}

} // namespace hdist
