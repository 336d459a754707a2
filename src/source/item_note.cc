#include "source/item_note.h"

#include "base/error.h"
#include "base/text.h"
#include "data/json.h"

#include <algorithm>

namespace hdist {

namespace {

int64_t integer_or(const Value& map, std::string_view name, int64_t fallback) {
  const Value* value = map.find(name);
  const Integer* integer = value == nullptr ? nullptr : value->if_integer();
  return integer == nullptr ? fallback : integer->as_int64().value_or(fallback);
}

std::string text_or_empty(const Value& map, std::string_view name) {
  const Value* value = map.find(name);
  const std::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : *text;
}

const Value::List& list_or_empty(const Value& map, std::string_view name) {
  static const Value::List empty;
  const Value* value = map.find(name);
  const Value::List* list = value == nullptr ? nullptr : value->if_list();
  return list == nullptr ? empty : *list;
}

/// Reads the one form that text() writes, several times as fast as a reader of any JSON, for those
/// who list a hundred thousand notes. What is not of it (an escape in a string, a space, another
/// field) is left to that reader.
class OwnForm {
public:
  explicit OwnForm(std::string_view text) : rest_(text) {}

  std::optional<ItemNote> read() {
    ItemNote note;
    token("{\"version\":1,\"key\":");
    note.key = string();
    token(",\"size\":");
    note.size_bytes = number();
    token(",\"urls\":[");
    for (bool first = true; is_open() && !is_next(']'); first = false) {
      if (!first) token(",");
      token("{\"url\":");
      std::string url = string();
      token(",\"time\":");
      note.addresses.push_back({std::move(url), number()});
      token("}");
      if (note.addresses.back().url.empty()) ok_ = false;
    }
    token("],\"tags\":[");
    for (bool first = true; is_open() && !is_next(']'); first = false) {
      if (!first) token(",");
      note.tags.push_back(string());
    }
    token("],\"last_use\":");
    note.last_use_s = number();
    token("}\n");
    if (!ok_ || !rest_.empty()) return std::nullopt;
    return note;
  }

private:
  bool is_open() const { return ok_ && !rest_.empty(); }
  bool is_next(char c) const { return rest_.front() == c; }
  void token(std::string_view text) {
    if (!rest_.starts_with(text)) ok_ = false;
    if (ok_) rest_.remove_prefix(text.size());
  }
  std::string string() {
    token("\"");
    const std::size_t end = rest_.find_first_of("\"\\");
    if (!ok_ || end == std::string_view::npos || rest_[end] != '"') return fail();
    const std::string_view text = rest_.substr(0, end);
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
    if (!std::all_of(text.begin(), text.end(), is_plain)) return fail(); // may be no UTF-8
    rest_.remove_prefix(end + 1);
    return std::string(text);
  }
  int64_t number() {
    const std::size_t end = std::min(rest_.find_first_not_of("-0123456789"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    const std::optional<int64_t> value = parse_int(text);
    if (!value || std::to_string(*value) != text) ok_ = false; // JSON has no 007
    if (ok_) rest_.remove_prefix(end);
    return value.value_or(0);
  }
  std::string fail() {
    ok_ = false;
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

} // namespace

std::string ItemNote::text() const {
  Value urls = Value::list();
  for (const SourceAddress& address : addresses) {
    Value entry;
    entry.set("url", address.url);
    entry.set("time", address.time_s);
    urls.push(std::move(entry));
  }
  Value tag_list = Value::list();
  for (const std::string& tag : tags)
    tag_list.push(tag);
  Value note;
  note.set("version", 1);
  note.set("key", key);
  note.set("size", size_bytes);
  note.set("urls", std::move(urls));
  note.set("tags", std::move(tag_list));
  note.set("last_use", last_use_s);
  if (!tree.empty()) note.set("tree", tree);
  if (is_damaged) note.set("damaged", true);
  return compact_json(note) + "\n";
}

std::optional<ItemNote> ItemNote::parse(std::string_view text) {
  if (std::optional<ItemNote> note = OwnForm(text).read()) return note;
  Value value;
  try {
    value = parse_json(text, "note");
  } catch (const Error&) { // a damaged note is no note
    return std::nullopt;
  }
  if (integer_or(value, "version", 0) != 1) return std::nullopt;
  ItemNote note;
  note.key = text_or_empty(value, "key");
  note.size_bytes = integer_or(value, "size", -1);
  note.last_use_s = integer_or(value, "last_use", 0);
  const std::optional<SourceKey> tree = SourceKey::parse(text_or_empty(value, "tree"));
  const Value* damaged = value.find("damaged");
  note.is_damaged = damaged != nullptr && *damaged == Value(true);
  if (tree && tree->type() == SourceType::dir && !tree->is_short()) note.tree = tree->str();
  for (const Value& entry : list_or_empty(value, "urls"))
    if (std::string url = text_or_empty(entry, "url"); !url.empty())
      note.addresses.push_back({std::move(url), integer_or(entry, "time", 0)});
  for (const Value& tag : list_or_empty(value, "tags"))
    if (const std::string* name = tag.if_string()) note.tags.push_back(*name);
  return note;
}

void ItemNote::describe(SourceItem& item) && {
  if (is_damaged)
    item.state = SourceState::damaged;
  else if (size_bytes >= 0 && size_bytes != item.size_bytes)
    item.state = SourceState::doubtful;
  item.addresses = std::move(addresses);
  item.tags = std::move(tags);
  item.last_use_s = std::max(item.last_use_s, last_use_s);
  item.tree = SourceKey::parse(tree);
}

void ItemNote::add_address(const std::string& url, int64_t time_s) {
  for (SourceAddress& address : addresses)
    if (address.url == url) {
      address.time_s = time_s;
      return;
    }
  addresses.push_back({url, time_s});
}

bool ItemNote::add_tags(const std::vector<std::string>& more) {
  bool added = false;
  for (const std::string& tag : more)
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) {
      tags.push_back(tag);
      added = true;
    }
  return added;
}

} // namespace hdist
