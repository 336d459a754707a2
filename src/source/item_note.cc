#include "source/item_note.h"

#include "base/error.h"
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
  return compact_json(note) + "\n";
}

std::optional<ItemNote> ItemNote::parse(std::string_view text) {
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
  for (const Value& entry : list_or_empty(value, "urls"))
    if (std::string url = text_or_empty(entry, "url"); !url.empty())
      note.addresses.push_back({std::move(url), integer_or(entry, "time", 0)});
  for (const Value& tag : list_or_empty(value, "tags"))
    if (const std::string* name = tag.if_string()) note.tags.push_back(*name);
  return note;
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
