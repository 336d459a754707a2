#include "profile/registry.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::vector<std::string> known_profiles(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders)
    if (std::optional<Dir> dir = Dir::open_if_exists(folder))
      for (const Entry& entry : dir->list())
        names.push_back(entry.name);
  return names;
}

} // namespace

std::string profile_path(const std::string& word, const std::vector<std::string>& folders,
                         bool to_make) {
  if (word.find('/') != std::string::npos) return absolute_path(word);
  bool bad = word.empty() || word == "." || word == ".." || word.starts_with('-') ||
             word.find('\0') != std::string::npos;
  if (bad)
    throw Error(ErrorKind::usage, "profile.bad-name",
                fmt::format("'{}' is no profile name; a path needs a slash", printable(word)));
  if (folders.empty())
    throw Error(ErrorKind::usage, "profile.no-registry",
                "no folder of profiles is configured; give a path with a slash");
  for (const std::string& folder : folders) {
    std::optional<Dir> dir = Dir::open_if_exists(folder);
    if (dir && dir->exists(word)) return join_path(folder, word);
  }
  if (to_make) return join_path(folders.front(), word);
  std::vector<std::string> known = known_profiles(folders);
  std::optional<std::string> meant = nearest(word, known);
  std::string hint = meant           ? fmt::format("; is '{}' meant?", *meant)
                     : known.empty() ? "; there are none yet"
                                     : fmt::format("; there are {}", join(known, ", "));
  throw Error(
      ErrorKind::usage, "profile.not-found",
      fmt::format("there is no profile '{}' in {}{}", printable(word), join(folders, ", "), hint));
}

} // namespace hdist
