#include "profile/registry.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "profile/profile.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hdist {

namespace {

std::vector<std::string> known_profiles(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders)
    if (std::optional<Dir> dir = Dir::open_if_exists(folder))
      for (const Entry& entry : dir->list())
        if (!entry.name.starts_with('.')) names.push_back(entry.name);
  return names;
}

Error bad_name(const std::string& word, const std::string& why) {
  return {ErrorKind::usage, "profile.bad-name",
          fmt::format("'{}' is no profile name{}", printable(word), why)};
}

void check_folders(const std::vector<std::string>& folders) {
  if (folders.empty())
    throw Error(ErrorKind::usage, "profile.no-registry",
                "no folder of profiles is configured; give a path with a slash");
}

/// A name that is looked up; those that are made are held to more.
void check_name(const std::string& word) {
  bool bad = word.empty() || word == "." || word == ".." || word.starts_with('-') ||
             word.find('\0') != std::string::npos;
  if (bad) throw bad_name(word, "; a path needs a slash");
}

void check_new_name(const std::string& name) {
  if (name.find('/') != std::string::npos)
    throw bad_name(name, ": a name in the registry has no slash");
  check_name(name);
  if (name.starts_with('.')) throw bad_name(name, ": it begins with a dot");
  constexpr std::size_t kLongest = 100;
  if (name.size() > kLongest) throw bad_name(name, ": it is longer than 100 bytes");
  if (printable(name) != name || trim(name) != name)
    throw bad_name(name, ": it has characters that cannot be shown, or blanks around it");
}

std::optional<std::string> find_entry(const std::string& name,
                                      const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    std::optional<Dir> dir = Dir::open_if_exists(folder);
    if (dir && dir->exists(name)) return join_path(folder, name);
  }
  return std::nullopt;
}

Error not_found(const std::string& word, const std::vector<std::string>& folders) {
  std::vector<std::string> known = known_profiles(folders);
  std::optional<std::string> meant = nearest(word, known);
  constexpr std::size_t kShown = 20;
  std::string hint = meant ? fmt::format("; is '{}' meant?", *meant)
                     : known.empty()
                         ? "; there are none yet"
                         : fmt::format("; there are {}", join_first(kShown, known, ", "));
  Error error(ErrorKind::usage, "profile.not-found",
              fmt::format("there is no profile '{}' in {}{}", printable(word),
                          printable(join(folders, ", ")), printable(hint)));
  if (::faccessat(AT_FDCWD, word.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    error.advise(
        {fmt::format("what is in this directory has a slash in its name: ./{}", printable(word)),
         "",
         {}});
  return error;
}

} // namespace

std::string profile_path(const std::string& word, const std::vector<std::string>& folders,
                         bool to_make) {
  if (word.find('/') != std::string::npos) return absolute_path(word);
  check_name(word);
  check_folders(folders);
  if (std::optional<std::string> found = find_entry(word, folders)) return *found;
  if (to_make) check_new_name(word);
  if (to_make) return join_path(folders.front(), word);
  throw not_found(word, folders);
}

namespace {

using State = RegisteredProfile::State;

void set_problem(RegisteredProfile& entry, State state, std::string problem) {
  entry.state = state;
  entry.problem = std::move(problem);
}

/// The state of an entry of which name, folder and path are there.
void look_at(RegisteredProfile& entry) {
  std::optional<Dir> dir = Dir::open_if_exists(entry.folder);
  entry.target = (dir ? dir->read_link(entry.name) : std::nullopt).value_or("");
  try {
    std::optional<std::string> end = real_path_if_exists(entry.path);
    if (!end) return set_problem(entry, State::gone, "it leads nowhere");
    entry.leads_to = *end;
    entry.record = open_profile(entry.path).record;
  } catch (const Error& error) {
    bool is_other = error.code() == "profile.not-a-profile" || error.system_errno() == ENOTDIR;
    set_problem(entry, is_other ? State::other : State::unreadable,
                is_other ? "it leads to no profile" : error.message());
  }
}

RegisteredProfile entry_of(const std::string& path) {
  RegisteredProfile entry;
  entry.name = base_name(path);
  entry.folder = parent_path(path);
  entry.path = path;
  look_at(entry);
  return entry;
}

} // namespace

std::vector<RegisteredProfile> registered_profiles(const std::vector<std::string>& folders) {
  std::vector<RegisteredProfile> entries;
  for (const std::string& folder : folders) {
    std::optional<Dir> dir = Dir::open_if_exists(folder);
    if (!dir) continue;
    for (const Entry& found : dir->list())
      if (!found.name.starts_with('.')) // what is being made
        entries.push_back(entry_of(join_path(folder, found.name)));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < entries.size(); ++i)
    entries[i].hidden = entries[i].name == entries[i - 1].name;
  return entries;
}

RegisteredProfile registered_profile(const std::string& name,
                                     const std::vector<std::string>& folders) {
  if (name.find('/') != std::string::npos)
    throw bad_name(name, ": it has a slash, so it is a path");
  return entry_of(profile_path(name, folders));
}

namespace {

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

/// All links in the directory part resolved: what a relative link must go by.
std::string physical(const std::string& path) {
  std::optional<std::string> parent = real_path_if_exists(parent_path(path));
  return parent ? join_path(*parent, base_name(path)) : path;
}

std::string target_text(const std::string& entry, const std::string& path,
                        const std::string& hdist_root) {
  std::optional<std::string> root = real_path_if_exists(hdist_root);
  std::string to = physical(path), from = physical(entry);
  bool together = root && is_below(to, *root) && is_below(from, *root);
  return together ? relative_path(to, parent_path(from)) : path;
}

Error name_taken(const std::string& name, const std::string& path) {
  RegisteredProfile entry = entry_of(path);
  std::string what = entry.target.empty() ? "something else" : "a link to " + entry.target;
  Error error(ErrorKind::refused, "profile.name-taken",
              fmt::format("the name '{}' is taken: {} is {}", name, entry.path, printable(what)));
  if (!entry.target.empty())
    error.advise(
        {"take that one out of the registry, or choose another name", "profile", {"unlink", name}});
  return error;
}

} // namespace

ProfileLink plan_profile_link(const std::string& name, const std::string& path,
                              const std::vector<std::string>& folders,
                              const std::string& hdist_root) {
  check_new_name(name);
  check_folders(folders);
  (void)Dir::create(folders.front()); // so that what is relative to it is known
  std::string entry = join_path(folders.front(), name);
  ProfileLink link{entry, target_text(entry, path, hdist_root)};
  std::optional<std::string> there = find_entry(name, folders);
  if (there && (*there != entry || Dir::open(folders.front()).read_link(name) != link.target))
    throw name_taken(name, *there);
  return link;
}

bool make_profile_link(const ProfileLink& link) {
  Dir folder = Dir::create(parent_path(link.path));
  std::string name = base_name(link.path);
  if (folder.read_link(name) == link.target) return false;
  try {
    folder.make_symlink(link.target, name); // exclusive: of two at once one is told
  } catch (const Error& error) {
    if (error.system_errno() != EEXIST) throw;
    if (folder.read_link(name) == link.target) return false;
    throw name_taken(name, link.path);
  }
  folder.sync();
  return true;
}

RegisteredProfile remove_profile_link(const std::string& name,
                                      const std::vector<std::string>& folders, bool dry_run) {
  RegisteredProfile entry = registered_profile(name, folders);
  if (entry.target.empty()) {
    Error error(ErrorKind::refused, "profile.not-a-link",
                fmt::format("{} is no link; it is left alone", entry.path));
    error.advise({fmt::format("remove it by hand: rm -r {}", shell_quote(entry.path)), "", {}});
    throw error;
  }
  if (dry_run) return entry;
  Dir folder = Dir::open(entry.folder);
  (void)folder.remove_file(name);
  folder.sync();
  return entry;
}

} // namespace hdist
