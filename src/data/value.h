// value.h: Value: null, bool, integer, decimal, string, list or map, with its place in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hdist {

/// Where a value stands in its text: 1-based; 0 when it was not read from text.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 of <=>, which is no pointer
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// An integer of any size. `text` is canonical decimal ("-12", "0", never "+1", "007" or "-0").
struct Integer {
  std::string text;
  std::optional<int64_t> as_int64() const;
  friend auto operator<=>(const Integer&, const Integer&) = default;
};

/// A number with a point or an exponent, kept as written; it cannot be hashed (there are no
/// floats).
struct Decimal {
  std::string text;
  friend auto operator<=>(const Decimal&, const Decimal&) = default;
};

class Value {
public:
  using List = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Map = std::vector<Member>; // in the order written; readers refuse duplicate keys

  Value() = default; // null
  // NOLINTBEGIN(google-explicit-constructor): a document is written as literals
  Value(bool value) : data_(value) {}
  Value(int value) : Value(static_cast<int64_t>(value)) {}
  Value(int64_t value);
  Value(Integer value) : data_(std::move(value)) {}
  Value(Decimal value) : data_(std::move(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(List value) : data_(std::move(value)) {}
  Value(Map value) : data_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)
  static Value list() { return Value(List{}); }
  static Value map() { return Value(Map{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  // nullptr when the value is of another type.
  const bool* if_bool() const { return std::get_if<bool>(&data_); }
  const Integer* if_integer() const { return std::get_if<Integer>(&data_); }
  const Decimal* if_decimal() const { return std::get_if<Decimal>(&data_); }
  const std::string* if_string() const { return std::get_if<std::string>(&data_); }
  const List* if_list() const { return std::get_if<List>(&data_); }
  const Map* if_map() const { return std::get_if<Map>(&data_); }
  List* if_list() { return std::get_if<List>(&data_); }
  Map* if_map() { return std::get_if<Map>(&data_); }
  const char* type_name() const; // "null", "boolean", "integer", "decimal", "string", "list", "map"

  /// The member `key` of a map; nullptr when absent or this is no map.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Sets or adds a member; a null becomes a map first.
  void set(std::string key, Value value);
  void erase(std::string_view key);
  /// Appends to a list; a null becomes a list first.
  void push(Value value);

  Position position() const { return position_; }
  void set_position(Position position) { position_ = position; }
  /// Of a member of a map: where its key stands (a block's own position is a line below). {0, 0}
  /// for anything else.
  Position key_position() const { return key_position_; }
  void set_key_position(Position position) { key_position_ = position; }
  /// Equal content; the order of members counts not, positions neither.
  friend bool operator==(const Value& a, const Value& b);

private:
  std::variant<std::monostate, bool, Integer, Decimal, std::string, List, Map> data_;
  Position position_;
  Position key_position_;
};

/// A text with its name: what an error message needs to show the line it speaks of.
struct Document {
  std::string name; // path as the user gave it, or "<stdin>"
  std::string text;
  Value root;
};

} // namespace hdist
