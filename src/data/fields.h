// fields.h: typed, strict reading of the members of a map, with errors that show the line.
#pragma once

#include "base/error.h"
#include "data/value.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// "stack.yaml:12:5: packages.numpy.jobs: expected an integer" and the line itself with a caret
/// below the column. Kind usage, code "document.<code>". `path` may be empty.
Error document_error(const Document& document, Position at, std::string_view path,
                     std::string_view message, std::string_view code = "invalid");

/// What a value is, after "found": "an integer", "null".
std::string type_with_article(const Value& value);

/// Reads one map, each field once. finish() refuses fields nobody asked for and suggests the
/// nearest known name.
class Fields {
public:
  /// `path` names the map in messages ("packages.numpy"); the value must be a map (error
  /// otherwise). Keeps references.
  Fields(const Document& document, const Value& map, std::string path);

  const Value* find(std::string_view name); // nullptr when absent; null counts as present
  const Value& need(std::string_view name); // error when absent
  std::string text(std::string_view name);  // required string
  std::optional<std::string> text_if(std::string_view name);
  std::string text_or(std::string_view name, std::string fallback);
  bool flag_or(std::string_view name, bool fallback);
  int64_t integer_or(std::string_view name, int64_t fallback);
  /// A list of strings; absent or null: empty.
  std::vector<std::string> texts(std::string_view name);
  /// The list itself; absent or null: nullptr.
  const Value::List* list(std::string_view name);
  /// The map itself; absent or null: nullptr.
  const Value::Map* map(std::string_view name);
  /// Also known, but not read by this reader.
  void ignore(std::initializer_list<std::string_view> names);
  void ignore_prefix(std::string_view prefix); // "nohash_"
  void finish();

  Error error(std::string_view field,
              std::string_view message) const; // at the field's value, else at the map
  std::string path_of(std::string_view field) const;
  const Document& document() const { return document_; }

private:
  /// The field nobody has asked for yet whose name is nearly this one.
  const Value::Member* misspelt(std::string_view name) const;

  const Document& document_;
  const Value& map_;
  std::string path_;
  std::vector<std::string> known_;
  std::vector<std::string> prefixes_;
};

/// The value as a string, or the error "expected a string, found a list".
const std::string& expect_string(const Document& document, const Value& value,
                                 std::string_view path);

} // namespace hdist
