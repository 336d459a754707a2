#include "profile/old_generations.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/tree.h"

#include <algorithm>
#include <ctime>
#include <optional>

namespace hdist {

namespace {

constexpr const char* kFolder = "generations";
constexpr const char* kLink = "link"; // in a series: a link to the profile's link
constexpr const char* kUnfinished = ".tmp-";
constexpr int64_t kUnfinishedSeconds = 86'400;

std::optional<int64_t> number_of(const std::string& name) {
  std::optional<int64_t> number = parse_int(name);
  if (!number || *number < 1 || std::to_string(*number) != name) return std::nullopt;
  return number;
}

struct Series {
  std::string path; // as registered
  Dir dir;
  std::optional<std::string> profile; // the link
  bool profile_is_gone = false;       // and the directory that it was in is there
  std::vector<int64_t> numbers;       // ascending

  /// Where the profile leads now.
  std::optional<int64_t> current() const {
    if (!profile) return std::nullopt;
    std::optional<std::string> end = real_path_if_exists(*profile);
    if (!end || parent_path(*end) != real_path(path)) return std::nullopt;
    return number_of(base_name(*end));
  }
  /// The same by the text of the link, also when the generation is not there.
  bool names(int64_t number) const {
    if (!profile) return false;
    std::optional<Dir> parent = Dir::open_if_exists(parent_path(*profile));
    std::optional<std::string> target =
        parent ? parent->read_link(base_name(*profile)) : std::nullopt;
    return target && base_name(*target) == std::to_string(number) &&
           base_name(parent_path(*target)) == base_name(path);
  }
};

std::vector<Series> all_series(const std::string& hdist_root) {
  std::vector<Series> all;
  std::string folder = join_path(hdist_root, kFolder);
  std::optional<Dir> dir = Dir::open_if_exists(folder);
  if (!dir) return all;
  for (const Entry& entry : dir->list()) {
    if (entry.type != EntryType::directory) continue;
    std::optional<Dir> own = dir->open_dir_if_exists(entry.name);
    if (!own) continue;
    Series series{.path = join_path(folder, entry.name),
                  .dir = std::move(*own),
                  .profile = {},
                  .numbers = {}};
    if (std::optional<std::string> target = series.dir.read_link(kLink)) {
      series.profile = normal_path(join_path(real_path(series.path), *target));
      std::optional<Dir> parent = Dir::open_if_exists(parent_path(*series.profile));
      series.profile_is_gone = parent && !parent->exists(base_name(*series.profile));
    }
    for (const Entry& inner : series.dir.list())
      if (std::optional<int64_t> number = number_of(inner.name);
          number && inner.type == EntryType::directory)
        series.numbers.push_back(*number);
    std::sort(series.numbers.begin(), series.numbers.end());
    all.push_back(std::move(series));
  }
  return all;
}

/// When it was made; nullopt when that cannot be told.
std::optional<int64_t> made_at(const Dir& series, const std::string& name) {
  std::optional<Dir> generation = series.open_dir_if_exists(name);
  std::optional<struct stat> status = generation ? generation->stat("profile.json") : std::nullopt;
  return status ? std::optional<int64_t>(status->st_mtim.tv_sec) : std::nullopt;
}

int64_t time_now(int64_t given) {
  return given != 0 ? given : static_cast<int64_t>(std::time(nullptr));
}

void add_old(const Series& series, const GenerationRules& rules, std::vector<OldGeneration>& old) {
  std::optional<int64_t> current = series.current();
  // Where it cannot be told which one is in use, it is the newest.
  if (!current && !series.profile_is_gone && !series.numbers.empty())
    current = series.numbers.back();
  std::string real = real_path(series.path);
  auto newest =
      static_cast<std::size_t>(series.profile_is_gone ? 0 : std::max<int64_t>(rules.newest, 0));
  for (std::size_t i = 0; i + newest < series.numbers.size(); ++i) {
    std::string name = std::to_string(series.numbers[i]);
    std::optional<int64_t> made = made_at(series.dir, name);
    bool is_young = !made || rules.age_s < 0 || time_now(rules.now_s) - *made < rules.age_s;
    if (is_young || series.numbers[i] == current || series.names(series.numbers[i])) continue;
    if (rules.is_pinned && rules.is_pinned(join_path(real, name))) continue;
    old.push_back({.path = join_path(series.path, name),
                   .profile = series.profile.value_or(""),
                   .made_at_s = *made,
                   .size_bytes = size_of_tree(series.dir, name)});
  }
}

} // namespace

GenerationRules generation_rules(const std::string& text) {
  GenerationRules rules{.newest = 0, .age_s = 0, .now_s = 0, .is_pinned = {}};
  for (const std::string& part : split(text, ',')) {
    std::string item(trim(part));
    if (std::optional<int64_t> count = parse_int(item))
      rules.newest = *count;
    else if (item == "forever")
      rules.age_s = -1;
    else if (std::optional<int64_t> age = parse_duration_s(item))
      rules.age_s = *age;
  }
  return rules;
}

std::vector<OldGeneration> old_generations(const std::string& hdist_root,
                                           const GenerationRules& rules) {
  std::vector<OldGeneration> old;
  for (const Series& series : all_series(hdist_root))
    add_old(series, rules, old);
  return old;
}

bool remove_generation(const OldGeneration& generation) {
  std::string path = parent_path(generation.path);
  int64_t number = number_of(base_name(generation.path)).value();
  std::optional<Dir> dir = Dir::open_if_exists(path);
  if (!dir || !dir->exists(base_name(generation.path))) return false;
  Series series{.path = path, .dir = dir->duplicate(), .profile = {}, .numbers = {}};
  if (!generation.profile.empty()) series.profile = generation.profile;
  std::string name = base_name(generation.path);
  std::string trash = kUnfinished + random_name(16);
  if (!dir->rename_new(name, trash)) return false;
  // Who switched to it before this has a link that names it.
  if (series.names(number) && dir->rename_new(trash, name)) return false;
  dir->remove_tree(trash);
  return true;
}

namespace {

/// Of a switch that was killed, a link beside the profile's own.
void remove_unfinished_links(const Series& series, int64_t now_s) {
  std::optional<Dir> folder =
      series.profile ? Dir::open_if_exists(parent_path(*series.profile)) : std::nullopt;
  for (const Entry& entry : folder ? folder->list() : std::vector<Entry>{}) {
    if (entry.type != EntryType::symlink || !entry.name.starts_with(kUnfinished)) continue;
    std::optional<std::string> target = folder->read_link(entry.name);
    std::optional<struct stat> status = folder->stat(entry.name);
    if (!target || !status || time_now(now_s) - status->st_mtim.tv_sec < kUnfinishedSeconds)
      continue;
    if (number_of(base_name(*target)) && base_name(parent_path(*target)) == base_name(series.path))
      folder->remove_file(entry.name);
  }
}

} // namespace

void remove_unfinished_generations(const std::string& hdist_root, int64_t now_s) {
  for (const Series& series : all_series(hdist_root)) {
    for (const Entry& entry : series.dir.list()) {
      if (!entry.name.starts_with(kUnfinished)) continue;
      std::optional<struct stat> status = series.dir.stat(entry.name);
      if (status && time_now(now_s) - status->st_mtim.tv_sec >= kUnfinishedSeconds)
        series.dir.remove_tree(entry.name);
    }
    try {
      remove_unfinished_links(series, now_s);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): the folder may be read-only
    }
  }
}

} // namespace hdist
