#include "data/fields.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kMostNamesShown = 20;
constexpr std::size_t kLongestHint = 40;

/// YAML takes an unquoted 3.10, 3, true or ~ for something else than the text that the person
/// meant.
std::string quoting_hint(const Value& value) {
  std::string text;
  if (const Decimal* decimal = value.if_decimal())
    text = decimal->text;
  else if (const Integer* integer = value.if_integer())
    text = integer->text;
  else if (const bool* flag = value.if_bool())
    text = *flag ? "true" : "false";
  if (text.empty() || text.size() > kLongestHint) return "";
  return fmt::format("; write \"{}\", with the quotes, for this text", text);
}

std::string expected(std::string_view what, const Value& value) {
  const bool wants_string = what == "a string";
  return fmt::format("expected {}, found {}{}", what, type_with_article(value),
                     wants_string ? quoting_hint(value) : "");
}

Error type_error(const Document& document, const Value& value, std::string_view path,
                 std::string_view what) {
  return document_error(document, value.position(), path, expected(what, value), "type");
}

/// The reader gives the root no position when the text has no value at all.
bool is_blank(const Document& document, const Value& value) {
  return &value == &document.root && value.is_null() && value.position().line == 0;
}

} // namespace

std::string type_with_article(const Value& value) {
  if (value.is_null()) return "null";
  return fmt::format("{} {}", value.if_integer() != nullptr ? "an" : "a", value.type_name());
}

Fields::Fields(const Document& document, const Value& map, std::string path)
    : document_(document), map_(map), path_(std::move(path)) {
  if (map_.if_map() != nullptr) return;
  if (is_blank(document_, map_))
    throw document_error(document_, {}, path_, "expected a map, but the document is empty", "type");
  throw type_error(document_, map_, path_, "a map");
}

const Value* Fields::find(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
  return map_.find(name);
}

const Value::Member* Fields::misspelt(std::string_view name) const {
  std::vector<std::string> unknown;
  for (const auto& [key, unused] : *map_.if_map())
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) unknown.push_back(key);
  const std::optional<std::string> meant = nearest(name, unknown);
  if (!meant) return nullptr;
  const Value::Map& members = *map_.if_map();
  return &*std::find_if(members.begin(), members.end(),
                        [&](const auto& member) { return member.first == *meant; });
}

const Value& Fields::need(std::string_view name) {
  const Value* value = find(name);
  if (value == nullptr) {
    const Position at = map_.key_position().line != 0 ? map_.key_position() : map_.position();
    const std::string message = fmt::format("the field \"{}\" is missing", name);
    // finish() is not reached, so a misspelt field has to be found here.
    if (const Value::Member* meant = misspelt(name))
      throw document_error(document_, meant->second.key_position(), path_,
                           fmt::format("{}; is \"{}\" a misspelling of it?", message, meant->first),
                           "missing-field");
    throw document_error(document_, at, path_, message, "missing-field");
  }
  return *value;
}

std::string Fields::text(std::string_view name) {
  return expect_string(document_, need(name), path_of(name));
}

std::optional<std::string> Fields::text_if(std::string_view name) {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return expect_string(document_, *value, path_of(name));
}

std::string Fields::text_or(std::string_view name, std::string fallback) {
  return text_if(name).value_or(std::move(fallback));
}

bool Fields::flag_or(std::string_view name, bool fallback) {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return fallback;
  const bool* flag = value->if_bool();
  if (flag == nullptr) throw type_error(document_, *value, path_of(name), "true or false");
  return *flag;
}

int64_t Fields::integer_or(std::string_view name, int64_t fallback) {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return fallback;
  const Integer* integer = value->if_integer();
  if (integer == nullptr) throw type_error(document_, *value, path_of(name), "an integer");
  const std::optional<int64_t> number = integer->as_int64();
  if (!number)
    throw document_error(document_, value->position(), path_of(name),
                         "the integer does not fit into 64 bits", "range");
  return *number;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> texts;
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return texts;
  const Value::List* items = value->if_list();
  if (items == nullptr) throw type_error(document_, *value, path_of(name), "a list of strings");
  texts.reserve(items->size());
  for (const Value& item : *items)
    texts.push_back(
        expect_string(document_, item, fmt::format("{}[{}]", path_of(name), texts.size())));
  return texts;
}

const Value::List* Fields::list(std::string_view name) {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return nullptr;
  const Value::List* items = value->if_list();
  if (items == nullptr) throw type_error(document_, *value, path_of(name), "a list");
  return items;
}

const Value::Map* Fields::map(std::string_view name) {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return nullptr;
  const Value::Map* members = value->if_map();
  if (members == nullptr) throw type_error(document_, *value, path_of(name), "a map");
  return members;
}

void Fields::ignore(std::initializer_list<std::string_view> names) {
  known_.insert(known_.end(), names.begin(), names.end());
}

void Fields::ignore_prefix(std::string_view prefix) {
  prefixes_.emplace_back(prefix);
}

void Fields::finish() {
  const auto is_known = [this](std::string_view name) {
    return std::find(known_.begin(), known_.end(), name) != known_.end() ||
           std::any_of(prefixes_.begin(), prefixes_.end(),
                       [name](const auto& prefix) { return name.starts_with(prefix); });
  };
  const Value::Map& members = *map_.if_map();
  const auto unknown = std::find_if_not(members.begin(), members.end(),
                                        [&](const auto& member) { return is_known(member.first); });
  if (unknown == members.end()) return;
  std::string message = fmt::format("unknown field \"{}\"", unknown->first);
  if (const std::optional<std::string> meant = nearest(unknown->first, known_))
    message += fmt::format("; did you mean \"{}\"?", *meant);
  else if (!known_.empty() && known_.size() <= kMostNamesShown)
    message += fmt::format("; known here: {}", join(known_, ", "));
  throw document_error(document_, unknown->second.key_position(), path_, message, "unknown-field");
}

Error Fields::error(std::string_view field, std::string_view message) const {
  const Value* value = map_.find(field);
  return document_error(document_, (value != nullptr ? *value : map_).position(), path_of(field),
                        message);
}

std::string Fields::path_of(std::string_view field) const {
  if (field.empty()) return path_;
  return path_.empty() ? std::string(field) : fmt::format("{}.{}", path_, field);
}

const std::string& expect_string(const Document& document, const Value& value,
                                 std::string_view path) {
  const std::string* text = value.if_string();
  if (text == nullptr) throw type_error(document, value, path, "a string");
  return *text;
}

} // namespace hdist
