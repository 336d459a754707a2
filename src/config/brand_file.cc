#include "config/brand_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr int64_t kMostBytes = 1 << 20;

bool is_word(std::string_view text, std::string_view more) {
  constexpr std::size_t kLongest = 60;
  auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kLongest && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string name_of(Fields& fields, const Brand& own) {
  std::string name = fields.text("name");
  if (!is_word(name, "-") || name.ends_with('-'))
    throw Error(ErrorKind::refused, "brand.name",
                fmt::format("\"{}\" cannot be the name of a command: expected lower-case letters, "
                            "digits and '-', starting with a letter",
                            printable(name)));
  if (name == own.program || name == Brand().program || name == "hit")
    throw Error(ErrorKind::refused, "brand.name",
                fmt::format("the name \"{}\" is taken: a brand has a command of its own", name));
  return name;
}

/// "qsnake-hdist" is the command of the distribution qsnake.
std::string short_name(const std::string& name) {
  constexpr std::string_view kEnd = "-hdist";
  return name.ends_with(kEnd) ? name.substr(0, name.size() - kEnd.size()) : name;
}

std::string path_field(Fields& fields, std::string_view field, std::string fallback) {
  std::string path = fields.text_or(field, std::move(fallback));
  if (!path.starts_with("~/") && !path.starts_with('/'))
    throw fields.error(field, "expected an absolute path, or one that starts with ~/");
  return path;
}

void read_share(Fields& fields, Brand& brand, const Brand& own) {
  std::string share = replace_all(fields.text_or("share", "none"), " ", "");
  brand.sources_root = brand.artifacts_root = brand.root;
  if (share == "none") return;
  if (share != "sources" && share != "sources,artifacts")
    throw fields.error("share", "expected \"sources,artifacts\", \"sources\" or \"none\"");
  brand.sources_root = own.sources_root;
  if (share != "sources") brand.artifacts_root = own.artifacts_root;
}

std::string python_package_field(Fields& fields, const std::string& fallback) {
  std::string name = fields.text_or("python_package", fallback);
  for (const std::string& part : split(name, '.'))
    if (!is_word(part, "_") || name == Brand().python_package)
      throw fields.error("python_package", "expected a Python name such as \"qsnake.hashdist\"");
  return name;
}

/// [[commands]]: name, file, summary.
void read_commands(Fields& fields, BrandFile& file) {
  const Value::List* list = fields.list("commands");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Fields command(fields.document(), (*list)[i], fmt::format("commands[{}]", i));
    std::string name = command.text("name");
    if (!is_word(name, "-") || name.ends_with('-'))
      throw command.error("name", "expected lower-case letters, digits and '-'");
    for (const BrandCommand& other : file.brand.commands)
      if (other.name == name) throw command.error("name", "it is there twice");
    file.brand.commands.push_back({name, command.text("summary")});
    file.command_files.push_back(command.text("file"));
    command.finish();
  }
}

std::vector<BrandCommand> commands_of(Fields& fields) {
  std::vector<BrandCommand> commands;
  if (const Value::List* list = fields.list("commands"))
    for (const Value& item : *list) {
      Fields command(fields.document(), item, "commands");
      commands.push_back({command.text("name"), command.text("summary")});
      command.finish();
    }
  return commands;
}

Value to_value(const std::vector<BrandCommand>& commands) {
  Value list = Value::list();
  for (const BrandCommand& command : commands) {
    Value entry;
    entry.set("name", command.name);
    entry.set("summary", command.summary);
    list.push(std::move(entry));
  }
  return list;
}

} // namespace

BrandFile read_brand_file(const Document& toml, const Brand& own) {
  Fields fields(toml, toml.root, "");
  BrandFile file;
  Brand& brand = file.brand;
  brand.program = name_of(fields, own);
  const std::string name = short_name(brand.program);
  const std::string variable = replace_all(name, "-", "_");
  brand.title = fields.text_or("title", name);
  brand.tagline = fields.text_or("tagline", brand.tagline);
  brand.env_prefix = fields.text_or("env_prefix", to_upper(variable) + "_");
  if (!is_word(to_lower(brand.env_prefix), "_") || brand.env_prefix == Brand().env_prefix)
    throw fields.error("env_prefix", "expected one of its own, such as \"QSNAKE_\"");
  brand.config_file = path_field(fields, "config", "~/." + name + "config");
  brand.old_config_file = path_field(fields, "old_config", "~/." + name + "rc");
  brand.system_config_file = path_field(fields, "system_config", "/etc/" + name + "config");
  brand.root = path_field(fields, "root", "~/." + name);
  brand.config_section = fields.text_or("section", name);
  if (!is_word(brand.config_section, "-_"))
    throw fields.error("section", "expected lower-case letters, digits, '-' and '_'");
  brand.python_package = python_package_field(fields, variable + ".hashdist");
  read_share(fields, brand, own);
  brand.issue_address = fields.text_or("issues", "");
  brand.update_address = fields.text_or("updates", "");
  brand.hidden_commands = fields.texts("hide");
  read_commands(fields, file);
  file.collections = fields.texts("collections");
  file.default_stack = fields.text_or("default_stack", "");
  brand.has_default_stack = !file.default_stack.empty();
  fields.finish();
  return file;
}

Value to_value(const Brand& brand) {
  Value value;
  value.set("version", 1);
  value.set("program", brand.program);
  value.set("title", brand.title);
  value.set("tagline", brand.tagline);
  value.set("env_prefix", brand.env_prefix);
  value.set("config_file", brand.config_file);
  value.set("old_config_file", brand.old_config_file);
  value.set("system_config_file", brand.system_config_file);
  value.set("root", brand.root);
  value.set("config_section", brand.config_section);
  value.set("python_package", brand.python_package);
  value.set("sources_root", brand.sources_root);
  value.set("artifacts_root", brand.artifacts_root);
  value.set("issue_address", brand.issue_address);
  value.set("update_address", brand.update_address);
  value.set("has_default_stack", brand.has_default_stack);
  Value hidden = Value::list();
  for (const std::string& name : brand.hidden_commands)
    hidden.push(name);
  value.set("hidden_commands", std::move(hidden));
  value.set("commands", to_value(brand.commands));
  return value;
}

Brand read_brand(const Document& json) {
  Fields fields(json, json.root, "");
  constexpr int64_t kVersion = 1;
  if (fields.integer_or("version", 0) != kVersion)
    throw fields.error("version", "expected 1, the only version that this release knows");
  Brand brand;
  brand.program = fields.text("program");
  brand.title = fields.text("title");
  brand.tagline = fields.text("tagline");
  brand.env_prefix = fields.text("env_prefix");
  brand.config_file = fields.text("config_file");
  brand.old_config_file = fields.text("old_config_file");
  brand.system_config_file = fields.text("system_config_file");
  brand.root = fields.text("root");
  brand.config_section = fields.text("config_section");
  brand.python_package = fields.text("python_package");
  brand.sources_root = fields.text("sources_root");
  brand.artifacts_root = fields.text("artifacts_root");
  brand.issue_address = fields.text("issue_address");
  brand.update_address = fields.text_or("update_address", "");
  brand.has_default_stack = fields.flag_or("has_default_stack", false);
  brand.hidden_commands = fields.texts("hidden_commands");
  brand.commands = commands_of(fields);
  fields.finish();
  return brand;
}

Brand installed_brand(const std::string& executable) {
  std::string folder = parent_path(executable);
  std::string share =
      fmt::format("{}/share/{}", parent_path(parent_path(folder)), base_name(folder));
  std::optional<Dir> dir = Dir::open_if_exists(share);
  std::optional<std::string> text =
      dir ? dir->read_file_if_exists("brand.json", kMostBytes) : std::nullopt;
  return text ? read_brand(read_json(share + "/brand.json", *text)) : Brand();
}

} // namespace hdist
