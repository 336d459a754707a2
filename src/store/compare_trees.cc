#include "store/compare_trees.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr int64_t kLargestFile = int64_t{2} << 30;
constexpr std::size_t kAround = 16;
constexpr mode_t kModeBits = 07777;

using Entries = std::map<std::string, TreeEntry>;

Entries entries_of(const Dir& root, const std::stop_token& stop) {
  Entries entries;
  walk_tree(
      root,
      [&](const Dir&, const TreeEntry& entry) {
        if (stop.stop_requested())
          throw Error(ErrorKind::interrupted, "store.interrupted", "interrupted while comparing");
        if (entry.path != kOwnFolder) entries.emplace(entry.path, entry);
      },
      [](const TreeEntry& entry) { return entry.path != kOwnFolder; });
  return entries;
}

class Comparison {
public:
  Comparison(const Dir& first, const std::string& first_name, const Dir& second,
             const std::string& second_name, const std::stop_token& stop)
      : first_(first), second_(second), first_name_(first_name), second_name_(second_name),
        stop_(stop) {}

  std::vector<TreeDifference> run() {
    const Entries a = entries_of(first_, stop_), b = entries_of(second_, stop_);
    for (const auto& [path, entry] : a) {
      const auto other = b.find(path);
      if (other == b.end())
        note(path, "only in the first");
      else
        compare(path, entry, other->second);
    }
    for (const auto& [path, entry] : b)
      if (!a.contains(path)) note(path, "only in the second");
    std::sort(found_.begin(), found_.end(),
              [](const TreeDifference& x, const TreeDifference& y) { return x.path < y.path; });
    return std::move(found_);
  }

private:
  TreeDifference& note(const std::string& path, const std::string& what, std::string detail = "") {
    found_.push_back({.path = path, .what = what, .detail = std::move(detail), .bytes = {}});
    return found_.back();
  }

  /// Both names are one then: a number that only one has goes.
  std::string masked(const std::string& text, const std::string& name) const {
    const std::string plain = name.substr(0, name.find('.'));
    return name == plain ? text : replace_all(text, name, plain);
  }

  void compare(const std::string& path, const TreeEntry& a, const TreeEntry& b) {
    if (a.type != b.type) {
      note(path, "type");
    } else if (a.type == EntryType::symlink) {
      if (masked(a.target, first_name_) != masked(b.target, second_name_))
        note(path, "target", fmt::format("{} and {}", a.target, b.target));
    } else {
      const mode_t mode_a = a.stat.st_mode & kModeBits, mode_b = b.stat.st_mode & kModeBits;
      if (mode_a != mode_b) note(path, "mode", fmt::format("{:04o} and {:04o}", mode_a, mode_b));
      if (a.type == EntryType::file) compare_content(path);
    }
  }

  void compare_content(const std::string& path) {
    const std::string raw_a = first_.read_file(path, kLargestFile);
    const std::string raw_b = second_.read_file(path, kLargestFile);
    if (raw_a == raw_b) return;
    const std::string a = masked(raw_a, first_name_), b = masked(raw_b, second_name_);
    if (a == b) return;
    const auto at = static_cast<std::size_t>(
        std::mismatch(a.begin(),
                      a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                      b.begin())
            .first -
        a.begin());
    const std::size_t begin = at - std::min(at, kAround / 2);
    TreeDifference& difference =
        note(path, "content", fmt::format("{} and {} bytes", raw_a.size(), raw_b.size()));
    difference.bytes = {.offset = static_cast<int64_t>(at),
                        .first = a.substr(begin, kAround),
                        .second = b.substr(begin, kAround)};
    difference.names_itself = raw_b.find(second_name_) != std::string::npos;
  }

  const Dir& first_;
  const Dir& second_;
  const std::string& first_name_;
  const std::string& second_name_;
  const std::stop_token& stop_;
  std::vector<TreeDifference> found_;
};

} // namespace

std::vector<TreeDifference> compare_trees(const Dir& first, const std::string& first_name,
                                          const Dir& second, const std::string& second_name,
                                          const std::stop_token& stop) {
  return Comparison(first, first_name, second, second_name, stop).run();
}

} // namespace hdist
