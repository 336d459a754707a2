#include "model/install_rules.h"

#include "base/text.h"
#include "model/safe_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hdist {
namespace {

constexpr std::array<std::pair<LinkAction, std::string_view>, 6> kActions{{
    {LinkAction::symlink, "symlink"},
    {LinkAction::absolute_symlink, "absolute_symlink"},
    {LinkAction::relative_symlink, "relative_symlink"},
    {LinkAction::copy, "copy"},
    {LinkAction::exclude, "exclude"},
    {LinkAction::launcher, "launcher"},
}};

/// What the founding page says where the rules are to be followed.
const std::vector<std::string> kByRules{"hdist", "install-artifact"};

std::string without_slashes(std::string_view path, bool both_ends) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  while (both_ends && path.ends_with('/'))
    path.remove_suffix(1);
  return std::string(path);
}

/// What leads out is not a slip of the pen only.
Error bad_place(const Document& document, const Value& value, const std::string& path,
                std::string_view expectation) {
  Error error = document_error(document, value.position(), path, expectation);
  const std::string* text = value.if_string();
  bool climbs = text != nullptr && ("/" + *text + "/").find("/../") != std::string::npos;
  return climbs ? Error(ErrorKind::refused, "install.climbs-out", error.message()) : error;
}

std::string read_glob(const Document& document, const Value& value, const std::string& path) {
  // "/bin/**" is the founding page's way to say "from the artifact's top", where every glob starts
  // anyway.
  std::string glob = without_slashes(expect_string(document, value, path), false);
  if (!is_safe_relative_path(glob))
    throw bad_place(document, value, path,
                    "expected a pattern below the artifact, without '.' and '..'");
  return glob;
}

LinkAction read_action(const Document& document, const Value& value, const std::string& path) {
  const std::string& text = expect_string(document, value, path);
  if (std::optional<LinkAction> action = parse_link_action(text)) return *action;
  std::vector<std::string> known;
  known.reserve(kActions.size());
  for (const auto& [action, name] : kActions)
    known.emplace_back(name);
  std::string message =
      fmt::format("unknown action \"{}\", expected one of {}", printable(text), join(known, ", "));
  throw document_error(document, value.position(), path, message);
}

InstallRule read_rule(const Document& document, const Value& value, const std::string& path) {
  InstallRule rule;
  if (const Value::List* pair = value.if_list()) {
    if (pair->size() != 2)
      throw document_error(document, value.position(), path,
                           "expected a pair of an action and a pattern");
    rule.action = read_action(document, (*pair)[0], path);
    rule.select = read_install_patterns(document, (*pair)[1], path);
    return rule;
  }
  Fields fields(document, value, path);
  if (const Value* action = fields.find("action"))
    rule.action = read_action(document, *action, fields.path_of("action"));
  rule.select = read_install_patterns(document, fields.need("select"), fields.path_of("select"));
  rule.prefix = read_install_place(fields, "prefix");
  rule.target = read_install_place(fields, "target");
  rule.dirs = fields.flag_or("dirs", false);
  rule.overwrite = fields.flag_or("overwrite", false);
  fields.finish();
  return rule;
}

Value to_value(const InstallRule& rule) {
  Value out = Value::map();
  out.set("action", link_action_text(rule.action));
  Value select = Value::list();
  for (const std::string& glob : rule.select)
    select.push(glob);
  out.set("select", std::move(select));
  if (!rule.prefix.empty()) out.set("prefix", rule.prefix);
  if (!rule.target.empty()) out.set("target", rule.target);
  if (rule.dirs) out.set("dirs", true);
  if (rule.overwrite) out.set("overwrite", true);
  return out;
}

bool is_variable_name(std::string_view name) {
  auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

ProfileVariable read_variable(const Document& document, const Value::Member& member,
                              const std::string& path) {
  const auto& [name, value] = member;
  std::string here = path.empty() ? name : path + "." + name;
  if (!is_variable_name(name))
    throw document_error(document, value.key_position(), path,
                         fmt::format("\"{}\" cannot be the name of a variable", printable(name)));
  // The lines that enter a profile have variables of their own, in the shell that evaluates them.
  if (name.starts_with("_profile") || name.starts_with("_PROFILE") || name == "_list")
    throw document_error(document, value.key_position(), path,
                         fmt::format("\"{}\" cannot be the name of a variable: entering a profile "
                                     "uses names like it",
                                     printable(name)));
  if (value.if_map() == nullptr)
    return {name, ProfileVariable::Kind::plain, {expect_string(document, value, here)}};
  Fields fields(document, value, here);
  ProfileVariable variable{name, ProfileVariable::Kind::path, {}};
  if (fields.find("flags") != nullptr) variable.kind = ProfileVariable::Kind::flags;
  bool is_path = variable.kind == ProfileVariable::Kind::path;
  variable.values = fields.texts(is_path ? "path" : "flags");
  fields.finish();
  if (variable.values.empty())
    throw document_error(document, value.position(), here,
                         "expected a text, {\"path\": [...]} or {\"flags\": [...]} with a value");
  return variable;
}

} // namespace

std::string_view link_action_text(LinkAction action) {
  for (const auto& [known, text] : kActions)
    if (known == action) return text;
  return "?";
}

std::optional<LinkAction> parse_link_action(std::string_view text) {
  for (const auto& [action, known] : kActions)
    if (known == text) return action;
  return std::nullopt;
}

std::vector<std::string> read_install_patterns(const Document& document, const Value& value,
                                               const std::string& path) {
  std::vector<std::string> globs;
  if (const Value::List* list = value.if_list())
    for (const Value& item : *list)
      globs.push_back(read_glob(document, item, path));
  else
    globs.push_back(read_glob(document, value, path));
  if (globs.empty())
    throw document_error(document, value.position(), path, "expected at least one pattern");
  return globs;
}

std::string read_install_place(Fields& fields, std::string_view name) {
  std::string place = without_slashes(fields.text_or(name, ""), true);
  if (!place.empty() && !is_safe_relative_path(place))
    throw bad_place(fields.document(), *fields.find(name), fields.path_of(name),
                    "expected a relative path without '.' and '..'");
  return place;
}

std::vector<InstallRule> read_install_rules(Fields& fields) {
  std::vector<InstallRule> rules;
  if (const Value::List* list = fields.list("rules"))
    for (std::size_t i = 0; i < list->size(); ++i)
      rules.push_back(read_rule(fields.document(), (*list)[i],
                                fmt::format("{}[{}]", fields.path_of("rules"), i)));
  return rules;
}

std::map<std::string, ArtifactId> read_dependencies(Fields& fields, std::string_view name) {
  std::map<std::string, ArtifactId> dependencies;
  const Value::Map* map = fields.map(name);
  if (map == nullptr) return dependencies;
  for (const auto& [variable, value] : *map) {
    std::string path = fields.path_of(name), here = fmt::format("{}.{}", path, variable);
    if (!is_variable_name(variable))
      throw document_error(
          fields.document(), value.position(), path,
          fmt::format("\"{}\" cannot be the name of a variable", printable(variable)));
    const std::string& text = expect_string(fields.document(), value, here);
    std::optional<ArtifactId> id = ArtifactId::parse(text);
    if (!id)
      throw document_error(fields.document(), value.position(), here,
                           fmt::format("\"{}\" is no artifact id", printable(text)));
    dependencies.insert_or_assign(variable, *id);
  }
  return dependencies;
}

std::vector<std::string>
read_install_command(Fields& fields, const std::map<std::string, ArtifactId>& dependencies) {
  std::vector<std::string> command = fields.texts("command");
  if (command == kByRules) return {};
  if (command.empty() || command.front() == kByRules.front()) return command;
  std::vector<std::string> known{"ARTIFACT"};
  for (const auto& [name, id] : dependencies)
    known.push_back(name);
  if (("/" + command.front() + "/").find("/../") != std::string::npos)
    throw Error(ErrorKind::refused, "install.climbs-out",
                fields
                    .error("command", fmt::format("the program {} climbs out with '..'",
                                                  printable(command.front())))
                    .message());
  std::string word = command.front().substr(0, command.front().find('/'));
  for (const std::string& name : known)
    if (word == "$" + name || word == "${" + name + "}") return command;
  throw fields.error("command", fmt::format("the program must be {} or a program of $ARTIFACT or "
                                            "of a dependency ({}), found {}",
                                            kByRules.front(), "$" + join(known, ", $"),
                                            printable(command.front())));
}

InstallWishes read_install_wishes(const Document& document, const Value& value,
                                  const std::string& path) {
  Fields fields(document, value, path);
  InstallWishes wishes;
  wishes.rules = read_install_rules(fields);
  if (const Value* environment = fields.find("environment"))
    wishes.environment =
        read_profile_variables(document, *environment, fields.path_of("environment"));
  wishes.dependencies = read_dependencies(fields, "dependencies");
  wishes.command = read_install_command(fields, wishes.dependencies);
  fields.finish();
  return wishes;
}

Value to_value(const InstallWishes& wishes) {
  Value out = Value::map();
  if (!wishes.rules.empty()) {
    Value rules = Value::list();
    for (const InstallRule& rule : wishes.rules)
      rules.push(to_value(rule));
    out.set("rules", std::move(rules));
  }
  if (!wishes.environment.empty()) out.set("environment", to_value(wishes.environment));
  if (!wishes.command.empty()) {
    Value command = Value::list();
    for (const std::string& word : wishes.command)
      command.push(word);
    out.set("command", std::move(command));
  }
  if (!wishes.dependencies.empty()) {
    Value dependencies = Value::map();
    for (const auto& [name, id] : wishes.dependencies)
      dependencies.set(name, id.str());
    out.set("dependencies", std::move(dependencies));
  }
  return out;
}

std::vector<ProfileVariable> read_profile_variables(const Document& document, const Value& value,
                                                    const std::string& path) {
  const Value::Map* map = value.if_map();
  if (map == nullptr)
    throw document_error(document, value.position(), path,
                         fmt::format("expected a map, found {}", type_with_article(value)));
  std::vector<ProfileVariable> variables;
  for (const Value::Member& member : *map)
    variables.push_back(read_variable(document, member, path));
  // The order of a map says nothing and does not enter ids, so it must not show in a profile
  // either.
  std::sort(variables.begin(), variables.end(),
            [](const ProfileVariable& a, const ProfileVariable& b) { return a.name < b.name; });
  return variables;
}

Value to_value(const std::vector<ProfileVariable>& variables) {
  Value out = Value::map();
  for (const ProfileVariable& variable : variables) {
    if (variable.kind == ProfileVariable::Kind::plain) {
      out.set(variable.name, variable.values.empty() ? std::string() : variable.values.front());
      continue;
    }
    Value values = Value::list();
    for (const std::string& text : variable.values)
      values.push(text);
    Value typed = Value::map();
    typed.set(variable.kind == ProfileVariable::Kind::path ? "path" : "flags", std::move(values));
    out.set(variable.name, std::move(typed));
  }
  return out;
}

} // namespace hdist
