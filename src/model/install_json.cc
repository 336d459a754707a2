#include "model/install_json.h"

#include "base/text.h"
#include "data/json.h"
#include "model/document_version.h"

#include <algorithm>
#include <set>

namespace hdist {
namespace {

constexpr int kVersion = 1;

/// The founding page's names of the places, as the record has them.
std::string with_our_names(std::string text) {
  for (const char* name : {"${profiletarget}", "$profiletarget"})
    text = replace_all(text, name, "$PROFILE");
  return text;
}

/// A text for a variable like PYTHONPATH or XDG_DATA_DIRS is a list, so that packages can share it.
bool is_path_like(const std::string& name) {
  return name.ends_with("PATH") || name.ends_with("_DIRS");
}

void merge_variables(std::vector<ProfileVariable>& variables, Fields& fields) {
  const Value* value = fields.find("profile-env-vars");
  if (value == nullptr) return;
  for (ProfileVariable variable :
       read_profile_variables(fields.document(), *value, fields.path_of("profile-env-vars"))) {
    if (variable.kind == ProfileVariable::Kind::plain && is_path_like(variable.name)) {
      variable.kind = ProfileVariable::Kind::path;
      variable.values = split(variable.values.front(), ':');
      std::erase(variable.values, "");
    }
    for (std::string& text : variable.values)
      text = with_our_names(text);
    variables.push_back(std::move(variable));
  }
  auto by_name = [](const ProfileVariable& a, const ProfileVariable& b) { return a.name < b.name; };
  std::sort(variables.begin(), variables.end(), by_name);
  auto twice = std::adjacent_find(
      variables.begin(), variables.end(),
      [](const ProfileVariable& a, const ProfileVariable& b) { return a.name == b.name; });
  if (twice != variables.end())
    throw fields.error("profile-env-vars",
                       "the variable " + twice->name + " is in \"environment\", too");
}

/// A name for the artifact in a map of variables.
std::string variable_for(const ArtifactId& id, const std::set<std::string>& taken) {
  std::string name = id.name();
  for (char& c : name)
    if (c == '-' || c == '+') c = '_';
  if (name.front() >= '0' && name.front() <= '9') name.insert(0, "_");
  while (taken.contains(name))
    name += "_";
  return name;
}

} // namespace

InstallWishes read_install_json(const Document& document) {
  Fields fields(document, document.root, "");
  if (fields.find("version") != nullptr)
    check_document_version(fields, kVersion, "install.version");
  InstallWishes wishes;
  wishes.rules = read_install_rules(fields);
  if (const Value* parameters = fields.find("parameters")) {
    Fields inner(document, *parameters, "parameters"); // the rest of it is the command's own
    std::vector<InstallRule> rules = read_install_rules(inner);
    wishes.rules.insert(wishes.rules.end(), rules.begin(), rules.end());
  }
  if (const Value* environment = fields.find("environment"))
    wishes.environment = read_profile_variables(document, *environment, "environment");
  merge_variables(wishes.environment, fields);
  wishes.dependencies = read_dependencies(fields, "dependencies");
  wishes.dependencies.merge(read_dependencies(fields, "runtime-dependencies"));
  wishes.command = read_install_command(fields, wishes.dependencies);
  fields.ignore_prefix("nohash_");
  fields.finish();
  return wishes;
}

std::string repeating_install_json(const std::vector<ArtifactId>& requested) {
  Value dependencies = Value::map();
  std::set<std::string> taken;
  for (const ArtifactId& id : requested) {
    std::string name = variable_for(id, taken);
    dependencies.set(name, id.str());
    taken.insert(std::move(name));
  }
  Value nothing = Value::list();
  nothing.push("exclude");
  nothing.push("**");
  Value rules = Value::list();
  rules.push(std::move(nothing));
  Value parameters = Value::map();
  parameters.set("rules", std::move(rules));
  Value command = Value::list();
  command.push("hdist");
  command.push("install-artifact");
  Value out = Value::map();
  out.set("version", kVersion);
  out.set("runtime-dependencies", std::move(dependencies));
  out.set("command", std::move(command));
  out.set("profile-env-vars", Value::map());
  out.set("parameters", std::move(parameters));
  return pretty_json(out);
}

} // namespace hdist
