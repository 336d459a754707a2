#include "source/retention.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

bool is_longer(const RetentionRule& a, const RetentionRule& b) {
  if (b.keep_s < 0) return false;
  return a.keep_s < 0 || a.keep_s > b.keep_s;
}

template <typename Applies>
std::optional<RetentionRule> longest(const std::vector<RetentionRule>& rules,
                                     const Applies& applies) {
  std::optional<RetentionRule> found;
  for (const RetentionRule& rule : rules)
    if (applies(rule) && (!found || is_longer(rule, *found))) found = rule;
  return found;
}

} // namespace

RetentionRule rule_of(const SourceItem& item, const std::vector<RetentionRule>& rules) {
  std::optional<RetentionRule> found = longest(rules, [&](const RetentionRule& rule) {
    return !parse_source_type(rule.name) &&
           std::find(item.tags.begin(), item.tags.end(), rule.name) != item.tags.end();
  });
  if (!found)
    found = longest(rules, [&](const RetentionRule& rule) {
      return parse_source_type(rule.name) == item.key.type();
    });
  if (found) return *std::move(found);
  return {.name = std::string(source_type_text(item.key.type())), .keep_s = -1, .text = "forever"};
}

std::optional<std::string> bad_tag(std::string_view tag) {
  constexpr std::size_t kLongest = 100;
  bool is_word = !tag.empty() && tag.size() <= kLongest && tag.front() != '-' &&
                 std::all_of(tag.begin(), tag.end(), [](char c) {
                   return c > ' ' && c <= '~' && c != ',' && c != '=' && c != '"' && c != '\\';
                 });
  if (!is_word)
    return fmt::format("'{}' is no tag: expected a word of at most {} characters", printable(tag),
                       kLongest);
  if (parse_source_type(tag))
    return fmt::format("'{}' is no tag: it is a type of sources, and keep-{} is about that", tag,
                       tag);
  return std::nullopt;
}

} // namespace hdist
