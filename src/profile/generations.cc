#include "profile/generations.h"

#include "base/error.h"
#include "base/text.h"
#include "data/digest.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

/// The name of the profile as a safe directory name.
std::string folder_name(const std::string& link) {
  std::string name = base_name(link);
  for (char& c : name)
    if (std::string_view(" \t\n'\"\\$`").find(c) != std::string_view::npos ||
        static_cast<unsigned char>(c) < 0x20)
      c = '_';
  return fmt::format("{}-{}", name.substr(0, 100), sha256(link).base32().substr(0, 12));
}

/// The same link, whatever way leads to it: its parent's links are resolved.
std::string canonical_link(const std::string& link) {
  std::string parent = parent_path(link);
  Dir::create(parent);
  return join_path(real_path(parent), base_name(link));
}

std::optional<int64_t> generation_number(const std::string& name) {
  std::optional<int64_t> number = parse_int(name);
  if (!number || *number < 1 || std::to_string(*number) != name) return std::nullopt;
  return number;
}

} // namespace

Generations::Generations(const std::string& hdist_root, const std::string& link)
    : root_(hdist_root), link_(link),
      folder_(join_path(hdist_root, "generations/" + folder_name(canonical_link(link)))),
      dir_(Dir::create(folder_)) {}

std::vector<int64_t> Generations::list() const {
  std::vector<int64_t> numbers;
  for (const Entry& entry : dir_.list())
    if (std::optional<int64_t> number = generation_number(entry.name);
        number && entry.type == EntryType::directory)
      numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::optional<int64_t> Generations::current() const {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(link_));
  std::optional<std::string> target = parent ? parent->read_link(base_name(link_)) : std::nullopt;
  if (!target) return std::nullopt;
  // Judged by where it leads, not by its text: the root may have several spellings.
  std::string absolute =
      target->starts_with('/') ? *target : join_path(real_path(parent_path(link_)), *target);
  std::optional<std::string> leads_to = real_path_if_exists(absolute);
  if (!leads_to || parent_path(*leads_to) != real_path(folder_)) return std::nullopt;
  return generation_number(base_name(*leads_to));
}

std::string Generations::path_of(int64_t number) const {
  return join_path(folder_, std::to_string(number));
}

const Dir& Generations::directory() const {
  return dir_;
}

int64_t Generations::add(Staging staging) {
  for (;;) {
    std::vector<int64_t> taken = list();
    int64_t number = taken.empty() ? 1 : taken.back() + 1;
    // publish() leaves it as it was when the name is taken.
    dir_.set_mode(staging.name(), 0755); // NOLINT(bugprone-use-after-move)
    if (std::move(staging).publish(std::to_string(number))) return number;
  }
}

void Generations::check_link() const {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(link_));
  if (!parent) return;
  std::string name = base_name(link_);
  std::optional<struct stat> info = parent->stat(name);
  if (!info) return;
  if (std::optional<std::string> target = parent->read_link(name)) {
    bool ours = current().has_value() || target->find("/generations/") != std::string::npos;
    if (ours) return;
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

void Generations::switch_to(int64_t number) {
  std::string target = path_of(number);
  std::string parent = parent_path(link_);
  Dir dir = Dir::create(parent);
  bool inside = (parent + "/").starts_with(root_ + "/");
  dir.replace_symlink(inside ? relative_path(target, parent) : target, base_name(link_));
  dir.sync();
}

} // namespace hdist
