#include "data/value.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace hdist {

namespace {

using Members = std::vector<const Value::Member*>;

Members sorted_members(const Value::Map& map) {
  Members members;
  members.reserve(map.size());
  for (const Value::Member& member : map)
    members.push_back(&member);
  std::stable_sort(
      members.begin(), members.end(),
      [](const Value::Member* a, const Value::Member* b) { return a->first < b->first; });
  return members;
}

bool equal_maps(const Value::Map& a, const Value::Map& b) {
  if (a.size() != b.size()) return false;
  const auto same_key = [](const Value::Member& x, const Value::Member& y) {
    return x.first == y.first;
  };
  if (std::equal(a.begin(), a.end(), b.begin(), same_key))
    return std::equal(
        a.begin(), a.end(), b.begin(),
        [](const Value::Member& x, const Value::Member& y) { return x.second == y.second; });
  const Members sorted_a = sorted_members(a);
  const Members sorted_b = sorted_members(b);
  return std::equal(sorted_a.begin(), sorted_a.end(), sorted_b.begin(),
                    [](const Value::Member* x, const Value::Member* y) { return *x == *y; });
}

template <typename Map> auto find_member(Map& map, std::string_view key) {
  return std::find_if(map.begin(), map.end(),
                      [key](const Value::Member& member) { return member.first == key; });
}

} // namespace

std::optional<int64_t> Integer::as_int64() const {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || parsed != end) return std::nullopt;
  return value;
}

Value::Value(int64_t value) : data_(Integer{fmt::format_int(value).str()}) {}

const char* Value::type_name() const {
  static constexpr std::array<const char*, 7> kNames = {"null",   "boolean", "integer", "decimal",
                                                        "string", "list",    "map"};
  return kNames.at(data_.index());
}

const Value* Value::find(std::string_view key) const {
  const Map* map = if_map();
  if (map == nullptr) return nullptr;
  const auto member = find_member(*map, key);
  return member == map->end() ? nullptr : &member->second;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

void Value::set(std::string key, Value value) {
  if (is_null()) data_ = Map{};
  Map* map = if_map();
  if (map == nullptr)
    throw Error(ErrorKind::failed, "value.type",
                fmt::format("member \"{}\" was set on a {}, not on a map", key, type_name()));
  if (Value* old = find(key))
    *old = std::move(value);
  else
    map->emplace_back(std::move(key), std::move(value));
}

void Value::erase(std::string_view key) {
  Map* map = if_map();
  if (map == nullptr) return;
  const auto member = find_member(*map, key);
  if (member != map->end()) map->erase(member);
}

void Value::push(Value value) {
  if (is_null()) data_ = List{};
  List* list = if_list();
  if (list == nullptr)
    throw Error(ErrorKind::failed, "value.type",
                fmt::format("an item was added to a {}, not to a list", type_name()));
  list->push_back(std::move(value));
}

bool operator==(const Value& a, const Value& b) {
  const Value::Map* map_a = a.if_map();
  const Value::Map* map_b = b.if_map();
  if (map_a != nullptr && map_b != nullptr) return equal_maps(*map_a, *map_b);
  return a.data_ == b.data_;
}

} // namespace hdist
