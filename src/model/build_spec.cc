#include "model/build_spec.h"

#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"
#include "model/founding_spec.h"
#include "model/safe_path.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {
namespace {

constexpr std::string_view kUnhashed = "nohash_";

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// The value where it is, without what is not hashed.
Value pruned(const Value& value) {
  if (const Value::List* list = value.if_list()) {
    Value::List out;
    out.reserve(list->size());
    for (const Value& item : *list)
      out.push_back(pruned(item));
    return out;
  }
  if (const Value::Map* map = value.if_map()) {
    Value::Map out;
    for (const auto& [key, item] : *map)
      if (!key.starts_with(kUnhashed)) out.emplace_back(key, pruned(item));
    return out;
  }
  return value;
}

/// A decimal that would be hashed, looked for before hashing so that the error can show its line.
const Value* find_hashed_decimal(const Value& value) {
  if (value.if_decimal() != nullptr) return &value;
  if (const Value::List* list = value.if_list())
    for (const Value& item : *list)
      if (const Value* found = find_hashed_decimal(item)) return found;
  if (const Value::Map* map = value.if_map())
    for (const auto& [key, item] : *map)
      if (!key.starts_with(kUnhashed))
        if (const Value* found = find_hashed_decimal(item)) return found;
  return nullptr;
}

std::string read_name(Fields& fields) {
  std::string name = fields.text("name");
  if (!is_valid_name(name))
    throw fields.error(
        "name", fmt::format("\"{}\" cannot be a name: expected {}", printable(name), kNameRule));
  return name;
}

std::string read_version(Fields& fields) {
  std::optional<std::string> version = fields.text_if("version");
  if (!version) return "";
  if (!is_valid_version(*version))
    throw fields.error("version", fmt::format("\"{}\" cannot be a version: expected {}",
                                              printable(*version), kVersionRule));
  return *version;
}

/// "virtual:NAME": what a user maps to an artifact and wants not to count.
bool is_virtual(std::string_view id) {
  constexpr std::string_view kPrefix = "virtual:";
  if (!id.starts_with(kPrefix)) return false;
  id.remove_prefix(kPrefix.size());
  // The mapping travels as "virtual:a=x/..;virtual:b=..": neither '=' nor ';'.
  return !id.empty() && is_printable_ascii(id) && id.find_first_of("=;") == std::string_view::npos;
}

/// "host:MANAGER/WHAT"
bool is_of_host(std::string_view id) {
  constexpr std::string_view kPrefix = "host:";
  if (!id.starts_with(kPrefix)) return false;
  std::size_t slash = id.find('/');
  return slash != std::string_view::npos && slash > kPrefix.size() && slash + 1 < id.size() &&
         is_printable_ascii(id);
}

const std::string& read_dependency(const Document& document, const Value& value,
                                   const std::string& path) {
  const std::string& id = expect_string(document, value, path);
  if (ArtifactId::parse(id) || is_virtual(id) || is_of_host(id)) return id;
  throw document_error(
      document, value.position(), path,
      fmt::format(
          "\"{}\" is no artifact id (name/ and 32 characters), virtual:NAME or host:MANAGER/NAME",
          printable(id)));
}

std::optional<std::string> read_ref(Fields& fields) {
  const Value* value = fields.find("ref");
  if (value == nullptr || value->is_null()) return std::nullopt;
  std::string ref = fields.text("ref");
  if (ref.empty() || !is_printable_ascii(ref) || ref.find('=') != std::string::npos)
    throw fields.error("ref", "expected null or what can start the name of a variable");
  return ref;
}

/// Every field of a native spec must be known; HashDist's specs may carry more.
void finish(Fields& fields, bool native) {
  if (!native) return;
  fields.ignore_prefix(kUnhashed);
  fields.finish();
}

/// The list, when it is there; unlike Fields::list(), null is no list: it would be hashed as null.
const Value::List* read_list(Fields& fields, std::string_view name) {
  const Value* value = fields.find(name);
  if (value == nullptr) return nullptr;
  if (const Value::List* list = value->if_list()) return list;
  throw fields.error(name, fmt::format("expected a list, found {}", type_with_article(*value)));
}

std::string at(const Fields& fields, std::string_view field, std::size_t index) {
  return fmt::format("{}[{}]", fields.path_of(field), index);
}

std::vector<SpecImport> read_build(const Document& document, const Value& build, bool native) {
  Fields fields(document, build, "build");
  std::vector<SpecImport> imports;
  if (const Value::List* list = read_list(fields, "import")) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      Fields item(document, (*list)[i], at(fields, "import", i));
      imports.push_back(
          {read_dependency(document, item.need("id"), item.path_of("id")), read_ref(item)});
      finish(item, native);
    }
  }
  read_list(fields, "commands"); // the job language checks what is in it
  finish(fields, native);
  return imports;
}

SpecSource read_source(const Document& document, const Value& value, const std::string& path,
                       bool native) {
  Fields fields(document, value, path);
  std::string text = fields.text("key");
  std::optional<SourceKey> key = SourceKey::parse(text);
  if (!key) throw fields.error("key", fmt::format("\"{}\" is no source key", printable(text)));
  SpecSource source{
      .key = *key, .target = read_source_target(fields), .strip = read_source_strip(fields)};
  finish(fields, native);
  return source;
}

std::vector<SpecSource> read_sources(Fields& fields, bool native) {
  std::vector<SpecSource> sources;
  if (const Value::List* list = read_list(fields, "sources"))
    for (std::size_t i = 0; i < list->size(); ++i)
      sources.push_back(
          read_source(fields.document(), (*list)[i], at(fields, "sources", i), native));
  return sources;
}

std::vector<std::string> read_run(Fields& fields) {
  std::vector<std::string> run;
  if (const Value::List* list = read_list(fields, "run"))
    for (std::size_t i = 0; i < list->size(); ++i)
      run.push_back(read_dependency(fields.document(), (*list)[i], at(fields, "run", i)));
  return run;
}

std::map<std::string, std::string> read_toolchain(Fields& fields) {
  std::map<std::string, std::string> tools;
  const Value* value = fields.find("toolchain");
  if (value == nullptr) return tools;
  const Value::Map* map = value->if_map();
  if (map == nullptr) throw fields.error("toolchain", "expected a map of tools to identities");
  for (const auto& [role, identity] : *map) {
    std::string path = fields.path_of("toolchain") + "." + role;
    const std::string& text = expect_string(fields.document(), identity, path);
    if (role.empty() || text.empty() || !is_printable_ascii(text))
      throw document_error(fields.document(), identity.position(), path,
                           "expected the identity of a tool");
    tools[role] = text;
  }
  return tools;
}

Error later_rule(const Fields& fields) {
  Error where =
      fields.error("rules", "this spec follows a later rule of hashing; a newer program is needed");
  Error error(ErrorKind::refused, "spec.rules", where.message());
  error.advise({.text = "Use a newer version of this program.", .verb = "", .args = {}});
  return error;
}

} // namespace

bool is_valid_version(std::string_view version) {
  // HashDist's rule: it starts like a name ("." and "" are refused); what follows is free.
  constexpr std::size_t kMax = 200;
  bool starts_well = !version.empty() && is_valid_name("_" + std::string(version.substr(0, 1)));
  return starts_well && version.size() <= kMax && printable(version) == version;
}

std::string read_source_target(Fields& fields) {
  std::string text = fields.text_or("target", ".");
  std::string_view target = text;
  while (target.ends_with('/'))
    target.remove_suffix(1);
  if (target != "." && !is_safe_relative_path(target))
    throw fields.error("target", "expected a path below the build directory");
  return text;
}

std::optional<int> read_source_strip(Fields& fields) {
  const Value* strip = fields.find("strip");
  if (strip == nullptr || strip->is_null()) return std::nullopt;
  constexpr int64_t kMost = 100;
  int64_t count = fields.integer_or("strip", 0);
  if (count < 0 || count > kMost) throw fields.error("strip", "expected an integer from 0 to 100");
  return static_cast<int>(count);
}

Value hashed_form(const Value& spec) {
  Value out = pruned(spec);
  Value* build = out.find("build");
  if (build == nullptr || build->if_map() == nullptr) return out;
  Value* imports = build->find("import");
  if (imports == nullptr) {
    build->set("import", Value::list());
    return out;
  }
  if (Value::List* list = imports->if_list())
    for (Value& item : *list)
      if (item.if_map() != nullptr && item.find("ref") == nullptr) item.set("ref", Value());
  return out;
}

std::string hash_input(const Value& spec) {
  return "build-spec|" + canonical_json(hashed_form(spec));
}

ArtifactId artifact_id_of(const Value& spec) {
  const Value* name = spec.find("name");
  const std::string* text = name != nullptr ? name->if_string() : nullptr;
  return ArtifactId::make(text != nullptr ? *text : std::string(), sha256(hash_input(spec)));
}

BuildSpec BuildSpec::read(const Document& document) {
  if (is_founding_spec(document.root))
    return read({document.name, document.text, map_founding_spec(document, document.root, "")});
  const Value& root = document.root;
  Fields fields(document, root, "");
  if (root.find("platform") != nullptr && root.find("rules") != nullptr) throw later_rule(fields);
  std::string name = read_name(fields);
  if (const Value* decimal = find_hashed_decimal(root))
    throw document_error(document, decimal->position(), "",
                         "a number with a point cannot be hashed: expected a string or an integer",
                         "decimal");
  BuildSpec spec(root, artifact_id_of(root));
  spec.origin_ = document.name;
  spec.name_ = std::move(name);
  spec.version_ = read_version(fields);
  const Value* platform = fields.find("platform");
  bool native = platform != nullptr;
  if (native) spec.platform_ = read_platform(document, *platform, "platform");
  spec.imports_ = read_build(document, fields.need("build"), native);
  spec.sources_ = read_sources(fields, native);
  spec.run_ = read_run(fields);
  spec.toolchain_ = read_toolchain(fields);
  if (const Value* install = fields.find("install"))
    spec.install_ = read_install_wishes(document, *install, "install");
  fields.ignore({"parameters"}); // free data that the job finds in its build.json
  finish(fields, native);
  return spec;
}

BuildSpec BuildSpec::from_value(Value value, const std::string& origin) {
  const std::string name = origin.empty() ? "<spec>" : origin;
  BuildSpec spec = read(Document{.name = name, .text = "", .root = std::move(value)});
  spec.origin_ = origin;
  return spec;
}

const Value& BuildSpec::commands() const {
  static const Value null;
  const Value* build = document_.find("build");
  const Value* commands = build != nullptr ? build->find("commands") : nullptr;
  return commands != nullptr ? *commands : null;
}

} // namespace hdist
