#include "spec/package_file.h"

#include "base/named_file.h"
#include "base/path.h"
#include "base/text.h"
#include "data/yaml.h"
#include "model/build_spec.h"
#include "spec/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace hdist {

namespace {

/// A version is text, also where YAML would see a number.
std::string version_text(const Document& document, const Value& value) {
  std::string version;
  if (const std::string* text = value.if_string())
    version = *text;
  else if (const Decimal* decimal = value.if_decimal())
    version = decimal->text;
  else if (const Integer* integer = value.if_integer())
    version = integer->text;
  else
    throw document_error(document, value.position(), "version",
                         fmt::format("expected a version, found {}", type_with_article(value)));
  if (!is_valid_version(version))
    throw document_error(document, value.position(), "version",
                         fmt::format("expected {}", kVersionRule));
  return version;
}

/// It names a file of the package's pack and a line of the log.
bool is_stage_name(const std::string& name) {
  constexpr std::size_t kMost = 100;
  return !name.empty() && name.size() <= kMost && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) ||
                  std::string_view("_+-.").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

std::vector<std::string> names_or_name(Fields& fields, std::string_view field) {
  const Value* value = fields.find(field);
  if (value == nullptr || value->is_null()) return {};
  if (const std::string* name = value->if_string()) return {*name};
  return fields.texts(field);
}

StageEntry read_stage(const std::shared_ptr<const Document>& document, const Value& value,
                      const std::string& path) {
  Fields fields(*document, value, path);
  StageEntry stage;
  stage.document = document;
  stage.position = value.position();
  stage.name = fields.text("name");
  if (!is_stage_name(stage.name))
    throw fields.error("name", "expected 1 to 100 letters, digits, '_', '+', '-' and '.', not "
                               "starting with '-' or '.'");
  stage.mode = fields.text_or("mode", "override");
  static const std::vector<std::string> known_modes{"override", "update", "replace", "remove"};
  if (std::find(known_modes.begin(), known_modes.end(), stage.mode) == known_modes.end())
    throw fields.error("mode", "expected one of override, update, replace, remove");
  stage.before = names_or_name(fields, "before");
  stage.after = names_or_name(fields, "after");
  stage.fields = value; // the handler judges the rest
  for (std::string_view known : {"name", "mode", "before", "after"})
    stage.fields.erase(known);
  return stage;
}

std::vector<StageEntry> read_stages(const std::shared_ptr<const Document>& document, Fields& fields,
                                    std::string_view field) {
  std::vector<StageEntry> stages;
  const Value::List* list = fields.list(field);
  if (list == nullptr) return stages;
  for (const Value& item : *list) {
    StageEntry stage = read_stage(document, item, fmt::format("{}[{}]", field, stages.size()));
    for (const StageEntry& other : stages)
      if (other.name == stage.name)
        throw document_error(*document, stage.position, std::string(field),
                             fmt::format("the stage '{}' stands here twice", stage.name));
    stages.push_back(std::move(stage));
  }
  return stages;
}

void read_dependencies(const Document& document, Fields& fields, RecipeFile& recipe) {
  const Value* dependencies = fields.find("dependencies");
  if (dependencies == nullptr || dependencies->is_null()) return;
  Fields kinds(document, *dependencies, "dependencies");
  recipe.build_dependencies = kinds.texts("build");
  recipe.run_dependencies = kinds.texts("run");
  kinds.finish();
}

std::string required_text(Fields& fields, std::string_view name, bool abstract) {
  std::string text = abstract ? fields.text_or(name, "") : fields.text(name);
  if (!abstract && trim(text).empty()) throw fields.error(name, "must not be empty");
  return text;
}

void read_metadata(const Document& document, Fields& fields, RecipeFile& recipe) {
  if (!recipe.abstract) recipe.version = version_text(document, fields.need("version"));
  recipe.description = required_text(fields, "description", recipe.abstract);
  recipe.homepage = required_text(fields, "homepage", recipe.abstract);
  recipe.license = required_text(fields, "license", recipe.abstract);
  if (!recipe.homepage.empty() && !recipe.homepage.starts_with("http://") &&
      !recipe.homepage.starts_with("https://"))
    throw fields.error("homepage", "expected an address that begins with https:// or http://");
  if (!recipe.license.empty() && !is_license_expression(recipe.license))
    throw fields.error("license",
                       "expected an SPDX licence expression, such as MIT or GPL-3.0-or-later");
}

/// Changes of the environment, checked here as far as the parameters do not matter: a mistake in
/// what dependents get must not wait for one.
Value read_actions(const Document& document, Fields& fields, std::string_view name,
                   const std::string& dependency) {
  const Value* value = fields.find(name);
  if (value == nullptr || value->is_null()) return {};
  check_environment_actions(document, *value, std::string(name), dependency);
  return *value;
}

Value optional_value(Fields& fields, std::string_view name) {
  const Value* value = fields.find(name);
  return value == nullptr ? Value() : *value;
}

} // namespace

bool is_license_expression(std::string_view text) {
  int depth = 0;
  bool wants_operand = true; // else an operator or ')'
  std::string spaced = replace_all(replace_all(std::string(text), "(", " ( "), ")", " ) ");
  for (const std::string& word : split_words(spaced)) {
    bool is_operator = word == "AND" || word == "OR" || word == "WITH";
    if (word == "(") {
      if (!wants_operand) return false;
      ++depth;
    } else if (word == ")") {
      if (wants_operand || --depth < 0) return false;
    } else if (is_operator) {
      if (wants_operand) return false;
      wants_operand = true;
    } else {
      bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '+';
      });
      if (!wants_operand || !plain) return false;
      wants_operand = false;
    }
  }
  return !wants_operand && depth == 0;
}

RecipeFile read_recipe_text(const std::string& file, const std::string& expected_name,
                            const std::string& text) {
  auto document = std::make_shared<const Document>(read_yaml(file, text));
  if (document->root.if_map() == nullptr)
    throw document_error(*document, document->root.position(), "",
                         fmt::format("expected a recipe (a map), found {}",
                                     document->root.is_null() ? "an empty file"
                                                              : type_with_article(document->root)));
  Fields fields(*document, document->root, "");
  RecipeFile recipe;
  recipe.document = document;
  recipe.name = fields.text("name");
  if (!is_valid_name(recipe.name))
    throw fields.error("name", fmt::format("expected {}", kNameRule));
  if (recipe.name != expected_name)
    throw fields.error("name", fmt::format("the file is called {}, so the name must be '{}'",
                                           base_name(file), expected_name));
  recipe.abstract = fields.flag_or("abstract", false);
  read_metadata(*document, fields, recipe);
  recipe.extends = fields.texts("extends");
  recipe.parameters = optional_value(fields, "parameters");
  if (!recipe.parameters.is_null() && recipe.parameters.if_map() == nullptr)
    throw fields.error("parameters", fmt::format("expected a map, found {}",
                                                 type_with_article(recipe.parameters)));
  read_dependencies(*document, fields, recipe);
  recipe.sources = optional_value(fields, "sources");
  recipe.toolchain = fields.texts("toolchain");
  recipe.build_stages = read_stages(document, fields, "build_stages");
  recipe.post_process = read_stages(document, fields, "post_process");
  recipe.build_environment = read_actions(*document, fields, "build_environment", "");
  recipe.when_build_dependency =
      read_actions(*document, fields, "when_build_dependency", recipe.name);
  recipe.profile_links = optional_value(fields, "profile_links");
  recipe.profile_variables = optional_value(fields, "profile_variables");
  recipe.tests = optional_value(fields, "tests");
  if (recipe.abstract) fields.ignore({"version"});
  fields.finish();
  return recipe;
}

RecipeFile read_recipe(const std::string& path) {
  constexpr int64_t kMostBytes = 16 << 20;
  std::string file = base_name(path);
  std::optional<std::string> text = read_named_file(path, kMostBytes);
  if (!text)
    throw Error(ErrorKind::failed, "recipe.not-found", fmt::format("the recipe {} is gone", path));
  return read_recipe_text(path, file.substr(0, file.size() - std::string_view(".yaml").size()),
                          *text);
}

} // namespace hdist
