#include "data/tree_builder.h"

#include "data/fields.h"
#include "data/position_finder.h"
#include "data/utf8.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hdist {

namespace {

constexpr int kDeepest = 1000; // values are destroyed, compared and written by recursion
constexpr std::size_t kFewMembers = 12;

using Members = std::vector<const Value::Member*>;

/// The member that repeats an earlier key and stands first in the text; nullptr when there is none.
const Value::Member* find_duplicate(const Value::Map& map) {
  if (map.size() <= kFewMembers) {
    for (auto later = map.begin(); later != map.end(); ++later) {
      if (std::any_of(map.begin(), later,
                      [&](const Value::Member& member) { return member.first == later->first; }))
        return &*later;
    }
    return nullptr;
  }
  Members members;
  members.reserve(map.size());
  for (const Value::Member& member : map)
    members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const Value::Member* a, const Value::Member* b) {
    const int order = a->first.compare(b->first);
    return order != 0 ? order < 0
                      : a < b; // members of one vector: the earlier one has the lower address
  });
  const Value::Member* found = nullptr;
  for (std::size_t i = 1; i < members.size(); ++i) {
    if (members[i - 1]->first == members[i]->first && (found == nullptr || members[i] < found))
      found = members[i];
  }
  return found;
}

} // namespace

TreeBuilder::TreeBuilder(const Document& document, const ReadLimits& limits)
    : document_(document), limits_(limits) {
  limits_.depth = std::min(limits_.depth, kDeepest);
}

void TreeBuilder::scalar(Value value, Position at) {
  count(at);
  value.set_position(at);
  place(std::move(value));
}

void TreeBuilder::open(Value empty, Position at) {
  count(at);
  if (std::cmp_greater_equal(open_.size(), limits_.depth))
    throw document_error(document_, at, "",
                         fmt::format("lists and maps are nested deeper than {}", limits_.depth),
                         "too-deep");
  empty.set_position(at);
  open_.push_back({.value = std::move(empty), .key = {}, .key_position = {}});
}

void TreeBuilder::key(std::string key, Position at) {
  Open& map = open_.back();
  map.key = std::move(key);
  map.key_position = at;
  map.has_key = true;
}

void TreeBuilder::close() {
  Value value = std::move(open_.back().value);
  open_.pop_back();
  if (const Value::Map* map = value.if_map()) refuse_duplicates(*map);
  place(std::move(value));
}

void TreeBuilder::count(Position at) {
  if (++nodes_ > limits_.nodes)
    throw document_error(document_, at, "",
                         fmt::format("the document has more than {} values", limits_.nodes),
                         "too-large");
}

void TreeBuilder::place(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return;
  }
  Open& parent = open_.back();
  if (Value::Map* map = parent.value.if_map()) {
    value.set_key_position(parent.key_position);
    map->emplace_back(std::move(parent.key), std::move(value));
    parent.has_key = false;
  } else if (Value::List* list = parent.value.if_list()) {
    list->push_back(std::move(value));
  }
}

void TreeBuilder::refuse_duplicates(const Value::Map& map) const {
  const Value::Member* later = find_duplicate(map);
  if (later == nullptr) return;
  const auto first = std::find_if(map.begin(), map.end(),
                                  [&](const auto& member) { return member.first == later->first; });
  throw document_error(document_, later->second.key_position(), "",
                       fmt::format("duplicate key \"{}\"; it stands in line {} already",
                                   later->first, first->second.key_position().line),
                       "duplicate-key");
}

void check_text(Document& document, const ReadLimits& limits) {
  std::string& text = document.text;
  if (text.size() > limits.bytes)
    throw document_error(document, {}, "",
                         fmt::format("the document is too large: {}, at most {} are read",
                                     human_size(static_cast<int64_t>(text.size())),
                                     human_size(static_cast<int64_t>(limits.bytes))),
                         "too-large");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto refuse = [&document](std::size_t offset, std::string_view message) {
    throw document_error(document, PositionFinder(document.text).at(offset), "", message,
                         "encoding");
  };
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    refuse(0, "the text is UTF-16; only UTF-8 is read");
  // NUL first: where there is one, the file is no text at all, or UTF-16.
  const std::size_t nul = text.find('\0');
  const std::size_t invalid = find_invalid_utf8(text);
  if (nul < invalid) refuse(nul, "a NUL character; is this a text file?");
  if (invalid != std::string::npos) refuse(invalid, "invalid UTF-8; is this a text file?");
}

} // namespace hdist
