#include "store/store_roots.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "data/digest.h"
#include "store/store_format.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <tuple>

namespace hdist {

namespace {

std::optional<unsigned> parse_uid(const std::string& text) {
  std::optional<int64_t> uid = parse_int(text);
  if (!uid || *uid < 0 || *uid > UINT32_MAX || std::to_string(*uid) != text) return std::nullopt;
  return static_cast<unsigned>(*uid);
}

void add_roots_of(const UserFolder& folder, std::vector<ArtifactStore::Root>& roots) {
  for (const Entry& entry : folder.dir.list()) {
    if (entry.type != EntryType::symlink) continue;
    std::optional<struct stat> status = folder.dir.stat(entry.name);
    std::optional<std::string> target = folder.dir.read_link(entry.name);
    // The name must be of the path too: a link under any other name would outlive remove_root().
    if (!status || !target || status->st_uid != folder.uid || !target->starts_with('/')) continue;
    if (entry.name == root_name(*target)) roots.push_back({.uid = folder.uid, .path = *target});
  }
}

std::optional<Dir> open_folder(const Dir& store, unsigned uid) {
  return store.open_dir_if_exists(join_path(kRootsDir, std::to_string(uid)));
}

} // namespace

std::string root_name(const std::string& path) {
  return sha256(path).base32_32();
}

Dir own_roots(const Dir& store, const StoreOptions& options) {
  Dir folder = store.make_dir(kRootsDir, store_modes(options.group).roots_dir)
                   .make_dir(std::to_string(::geteuid()), 0755);
  struct stat status {};
  if (::fstat(folder.fd(), &status) != 0) throw_errno("fstat", folder.path());
  if (status.st_uid == ::geteuid() || status.st_uid == 0) return folder;
  throw Error(ErrorKind::refused, "store.foreign-roots",
              fmt::format("{} was made by the user with uid {}, who could remove what is "
                          "registered there; it must belong to uid {} or to root",
                          folder.path(), status.st_uid, ::geteuid()));
}

void add_root(const Dir& store, const std::string& path, const StoreOptions& options) {
  Dir folder = own_roots(store, options);
  std::string name = root_name(path);
  bool is_new = folder.read_link(name) != path;
  folder.replace_symlink(path, name);
  if (options.durable && is_new) folder.sync();
}

void remove_root(const Dir& store, const std::string& path) {
  if (std::optional<Dir> dir = open_folder(store, ::geteuid())) dir->remove_file(root_name(path));
}

bool remove_gone_root(const Dir& store, const ArtifactStore::Root& root,
                      std::chrono::seconds younger) {
  std::optional<Dir> folder = open_folder(store, root.uid);
  std::string name = root_name(root.path);
  auto old_enough = [&](const std::string& link) {
    std::optional<struct stat> status = folder->stat(link);
    return status && std::time(nullptr) - status->st_mtim.tv_sec >= younger.count();
  };
  // Moved before it is judged: who registers the same path meanwhile makes a new link.
  std::string moved = ".tmp-" + random_name(16);
  try {
    if (!folder || !old_enough(name) || !folder->rename_new(name, moved)) return false;
    bool is_old = old_enough(moved);
    if (!is_old && folder->rename_new(moved, name)) return false;
    folder->remove_file(moved);
    return is_old;
  } catch (const Error& error) {
    int number = error.system_errno();
    if (number != ENOENT && number != EPERM && number != EACCES && number != EROFS) throw;
    return false;
  }
}

std::vector<UserFolder> user_folders(const Dir& roots, std::vector<std::string>& problems) {
  std::vector<UserFolder> folders;
  for (const Entry& entry : roots.list()) {
    std::optional<unsigned> uid = parse_uid(entry.name);
    if (!uid || entry.type != EntryType::directory) continue;
    try {
      if (std::optional<Dir> folder = roots.open_dir_if_exists(entry.name))
        folders.push_back({.uid = *uid, .dir = std::move(*folder)});
    } catch (const Error& error) {
      problems.push_back(error.message());
    }
  }
  return folders;
}

RootsSeen look_at_roots(const Dir& roots) {
  RootsSeen seen;
  for (const UserFolder& folder : user_folders(roots, seen.problems)) {
    try {
      add_roots_of(folder, seen.roots);
    } catch (const Error& error) {
      seen.problems.push_back(error.message());
    }
  }
  std::sort(seen.roots.begin(), seen.roots.end(), [](const auto& a, const auto& b) {
    return std::tie(a.uid, a.path) < std::tie(b.uid, b.path);
  });
  return seen;
}

std::vector<ArtifactStore::Root> read_roots(const Dir& store) {
  std::optional<Dir> roots = store.open_dir_if_exists(kRootsDir);
  if (!roots) return {};
  RootsSeen seen = look_at_roots(*roots);
  if (!seen.problems.empty())
    throw Error(
        ErrorKind::failed, "store.unreadable-roots",
        fmt::format("the roots of {} cannot be read: {}", store.path(), join(seen.problems, "; ")));
  return std::move(seen.roots);
}

} // namespace hdist
