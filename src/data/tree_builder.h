// tree_builder.h: makes a Value out of a reader's events, within limits, refusing duplicate keys.
#pragma once

#include "data/json.h"
#include "data/value.h"

#include <cstddef>
#include <string>
#include <vector>

namespace hdist {

/// The part that the JSON and the YAML reader share. Open containers are a stack of its own, not
/// recursion. Errors are those of document_error, at the position given with the event.
class TreeBuilder {
public:
  /// Keeps the reference; `document.text` and `name` are there for errors.
  TreeBuilder(const Document& document, const ReadLimits& limits);

  void scalar(Value value, Position at);
  void open_list(Position at) { open(Value::list(), at); }
  void open_map(Position at) { open(Value::map(), at); }
  void key(std::string key, Position at);
  /// Closes the innermost list or map; a map with a duplicate key is refused here, in one sorted
  /// pass.
  void close();

  std::size_t depth() const { return open_.size(); }
  bool in_map() const { return !open_.empty() && open_.back().value.if_map() != nullptr; }
  bool wants_key() const { return in_map() && !open_.back().has_key; }
  /// Where the innermost open container starts; only when depth() > 0.
  Position open_position() const { return open_.back().value.position(); }
  Value take() { return std::move(root_); }

private:
  struct Open {
    Value value;
    std::string key; // of the member that comes next
    Position key_position;
    bool has_key = false;
  };

  void open(Value empty, Position at);
  void count(Position at);
  void place(Value value);
  void refuse_duplicates(const Value::Map& map) const;

  const Document& document_;
  ReadLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  Value root_;
};

/// What every document is checked for before it is read: size, UTF-8, NUL. Removes a UTF-8 byte
/// order mark.
void check_text(Document& document, const ReadLimits& limits);

} // namespace hdist
