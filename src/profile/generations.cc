#include "profile/generations.h"

#include "base/error.h"
#include "base/text.h"
#include "data/digest.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr const char* kFolder = "generations";
constexpr std::size_t kHashLength = 12; // of a series' name
constexpr const char* kClaim = "link";  // in a series: a link to the link that it belongs to

/// The name of the profile as a safe directory name.
std::string safe_name(const std::string& link) {
  std::string name = base_name(link);
  for (char& c : name)
    if (std::string_view(" \t\n'\"\\$`:").find(c) != std::string_view::npos ||
        static_cast<unsigned char>(c) < 0x20)
      c = '_';
  return name.substr(0, 100);
}

/// All links of the directories that are there resolved, the rest as it is.
std::string physical(const std::string& path) {
  if (std::optional<std::string> real = real_path_if_exists(path)) return *real;
  std::string parent = parent_path(path);
  return parent == path ? path : join_path(physical(parent), base_name(path));
}

/// The same link, whatever way leads to it.
std::string canonical_link(const std::string& link) {
  return join_path(physical(parent_path(link)), base_name(link));
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

/// The name that a link gets for good: after a move of the root it is the same for what lies in it.
std::string folder_name(const std::string& root, const std::string& link) {
  std::string canonical = canonical_link(link), place = physical(root);
  bool inside = is_below(canonical, place);
  std::string hashed = inside ? canonical.substr(place.size() + 1) : canonical;
  return fmt::format("{}-{}", safe_name(link), sha256(hashed).base32().substr(0, kHashLength));
}

std::optional<int64_t> generation_number(const std::string& name) {
  std::optional<int64_t> number = parse_int(name);
  if (!number || *number < 1 || std::to_string(*number) != name) return std::nullopt;
  return number;
}

std::optional<std::string> target_of(const std::string& link) {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(link));
  std::optional<std::string> target = parent ? parent->read_link(base_name(link)) : std::nullopt;
  if (!target) return std::nullopt;
  return normal_path(join_path(physical(parent_path(link)), *target));
}

struct Place {
  std::string folder; // name of the series
  int64_t number = 0;
};

/// What a target ".../generations/<folder>/<number>" says.
std::optional<Place> place_in(const std::optional<std::string>& target) {
  if (!target) return std::nullopt;
  std::string series = parent_path(*target);
  std::optional<int64_t> number = generation_number(base_name(*target));
  if (!number || base_name(parent_path(series)) != kFolder) return std::nullopt;
  return Place{base_name(series), *number};
}

/// As folder_name() makes them.
bool is_series_name(const std::string& folder) {
  if (folder.size() < kHashLength + 2 || folder[folder.size() - kHashLength - 1] != '-')
    return false;
  return std::all_of(folder.end() - kHashLength, folder.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

/// Whether a link leads to a generation, of any root: one that is there and finished, or one that
/// is gone. A link of the user's own, to whatever is called so, is neither.
bool is_link_of_a_profile(const std::string& link) {
  const std::optional<std::string> target = target_of(link);
  const std::optional<Place> place = place_in(target);
  if (!place || !is_series_name(place->folder)) return false;
  const std::optional<Dir> dir = Dir::open_if_exists(*target);
  return dir ? dir->exists("profile.json") : !real_path_if_exists(*target);
}

/// Whether the link that the series says it belongs to is another one that still leads to it.
bool belongs_to_other(const std::string& series, const std::string& link) {
  std::optional<std::string> owner = target_of(join_path(series, kClaim));
  if (!owner || canonical_link(*owner) == canonical_link(link)) return false;
  std::optional<Place> place = place_in(target_of(*owner));
  return place && place->folder == base_name(series);
}

std::string series_of(const std::string& root, const std::string& link) {
  std::string all = join_path(root, kFolder);
  std::optional<Place> place = place_in(target_of(link));
  if (place) {
    std::string led_to = join_path(all, place->folder);
    if (Dir::open_if_exists(led_to) && !belongs_to_other(led_to, link)) return led_to;
  }
  return join_path(all, folder_name(root, link));
}

std::vector<int64_t> generations_in(const Dir& series) {
  std::vector<int64_t> numbers;
  for (const Entry& entry : series.list())
    if (std::optional<int64_t> number = generation_number(entry.name);
        number && entry.type == EntryType::directory)
      numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

} // namespace

Generations::Generations(const std::string& hdist_root, const std::string& link)
    : root_(hdist_root), link_(link), folder_(series_of(hdist_root, link)) {}

std::vector<int64_t> Generations::list() const {
  std::optional<Dir> dir = Dir::open_if_exists(folder_);
  return dir ? generations_in(*dir) : std::vector<int64_t>();
}

int64_t Generations::next() const {
  std::vector<int64_t> taken = list();
  return taken.empty() ? 1 : taken.back() + 1;
}

std::optional<int64_t> Generations::current() const {
  std::optional<std::string> target = target_of(link_);
  if (!target) return std::nullopt;
  // Judged by where it leads, not by its text: the root may have several spellings.
  if (std::optional<std::string> leads_to = real_path_if_exists(*target)) {
    if (parent_path(*leads_to) != physical(folder_)) return std::nullopt;
    return generation_number(base_name(*leads_to));
  }
  std::optional<Place> place = place_in(target);
  bool ours = place && place->folder == base_name(folder_) &&
              Dir::open_if_exists(path_of(place->number)).has_value();
  return ours ? std::optional<int64_t>(place->number) : std::nullopt;
}

bool Generations::link_holds() const {
  return real_path_if_exists(link_).has_value() && current().has_value();
}

std::string Generations::path_of(int64_t number) const {
  return join_path(folder_, std::to_string(number));
}

const Dir& Generations::directory() {
  if (!dir_) dir_ = Dir::create(folder_);
  return *dir_;
}

int64_t Generations::add(Staging staging) {
  for (;;) {
    int64_t number = next();
    // publish() leaves it as it was when the name is taken.
    directory().set_mode(staging.name(), 0755); // NOLINT(bugprone-use-after-move): see above
    if (std::move(staging).publish(std::to_string(number))) return number;
  }
}

int64_t Generations::reserve() {
  for (;;) {
    int64_t number = next();
    if (directory().make_new_dir(std::to_string(number))) return number;
  }
}

bool Generations::discard(int64_t number) noexcept {
  try {
    if (number == current()) return false;
    directory().remove_tree(std::to_string(number));
    return true;
  } catch (const Error&) { // without profile.json it is no generation, and pruning takes it away
    return false;
  }
}

namespace {

/// Whether a link can be made there: in its directory, or else in the nearest one above it.
void check_can_be_written(const std::string& link) {
  std::string folder = parent_path(link);
  while (::faccessat(AT_FDCWD, join_path(folder, ".").c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    if (errno == ENOENT && folder != "/") {
      folder = parent_path(folder);
      continue;
    }
    Error error = system_error(errno, "symlink", link);
    error.advise({"give the profile a path in a directory that you may write into", "", {}});
    throw error;
  }
}

} // namespace

void Generations::check_link() const {
  check_in_the_way();
  check_can_be_written(link_);
}

void Generations::check_in_the_way() const {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(link_));
  if (!parent) return;
  std::string name = base_name(link_);
  std::optional<struct stat> info = parent->stat(name);
  if (!info) return;
  if (std::optional<std::string> target = parent->read_link(name)) {
    if (current().has_value() || is_link_of_a_profile(link_)) return;
    Error error(ErrorKind::refused, "profile.in-the-way",
                fmt::format("{} is a link to {}, which is no profile made here; it is left alone",
                            link_, *target));
    error.advise(
        {fmt::format("remove it, or give the profile another path: rm {}", shell_quote(link_)),
         "",
         {}});
    throw error;
  }
  Error error(ErrorKind::refused, "profile.in-the-way",
              fmt::format("{} is a {} and no profile; it is left alone", link_,
                          S_ISDIR(info->st_mode) ? "directory" : "file"));
  error.advise({fmt::format("move it away, or give the profile another path: mv {} {}",
                            shell_quote(link_), shell_quote(link_ + ".old")),
                "",
                {}});
  throw error;
}

Fd Generations::take_turn() {
  constexpr int kTries = 100; // who has it needs a moment, unless it was stopped
  Fd fd = directory().open_file(".", O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < kTries && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fd;
}

void Generations::switch_to(int64_t number) {
  std::string target = path_of(number);
  std::string parent = parent_path(link_);
  Dir dir = Dir::create(parent);
  bool inside = is_below(canonical_link(link_), physical(root_));
  std::string owner = inside ? relative_path(canonical_link(link_), physical(folder_)) : link_;
  if (directory().read_link(kClaim) != owner) directory().replace_symlink(owner, kClaim);
  dir.replace_symlink(inside ? relative_path(physical(target), physical(parent)) : target,
                      base_name(link_));
  dir.sync();
}

bool is_generation(const std::string& path) {
  return generation_number(base_name(path)) && base_name(parent_path(parent_path(path))) == kFolder;
}

bool is_switched_link(const std::string& link, const std::string& generation) {
  if (!is_generation(generation)) return false;
  std::optional<std::string> owner = target_of(join_path(parent_path(generation), kClaim));
  return owner && canonical_link(*owner) == canonical_link(link);
}

bool follows_switches(const std::string& path) {
  constexpr int kMostLinks = 40; // as the kernel
  std::optional<std::string> end = real_path_if_exists(path);
  std::optional<std::string> link = absolute_path(path);
  for (int links = 0; end && link && links < kMostLinks; ++links) {
    if (is_switched_link(*link, *end)) return true;
    link = target_of(*link);
  }
  return false;
}

std::vector<std::string> all_generations(const std::string& hdist_root) {
  std::vector<std::string> paths;
  std::string all = join_path(hdist_root, kFolder);
  std::optional<Dir> dir = Dir::open_if_exists(all);
  if (!dir) return paths;
  for (const Entry& series : dir->list()) {
    bool is_directory = series.type == EntryType::directory;
    std::optional<Dir> folder = is_directory ? dir->open_dir_if_exists(series.name) : std::nullopt;
    if (!folder) continue;
    for (int64_t number : generations_in(*folder))
      paths.push_back(join_path(all, fmt::format("{}/{}", series.name, number)));
  }
  return paths;
}

} // namespace hdist
