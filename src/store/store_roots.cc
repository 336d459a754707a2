#include "store/store_roots.h"

#include "base/path.h"
#include "base/text.h"
#include "data/digest.h"
#include "store/store_format.h"

#include <unistd.h>

#include <algorithm>
#include <tuple>

namespace hdist {

namespace {

std::optional<unsigned> parse_uid(const std::string& text) {
  std::optional<int64_t> uid = parse_int(text);
  if (!uid || *uid < 0 || *uid > UINT32_MAX || std::to_string(*uid) != text) return std::nullopt;
  return static_cast<unsigned>(*uid);
}

void add_roots_of(const Dir& folder, unsigned uid, std::vector<ArtifactStore::Root>& roots) {
  for (const Entry& entry : folder.list()) {
    if (entry.type != EntryType::symlink) continue;
    std::optional<struct stat> status = folder.stat(entry.name);
    std::optional<std::string> target = folder.read_link(entry.name);
    // The name must be of the path too: a link under any other name would outlive remove_root().
    if (!status || !target || status->st_uid != uid || !target->starts_with('/')) continue;
    if (entry.name == root_name(*target)) roots.push_back({.uid = uid, .path = *target});
  }
}

} // namespace

std::string root_name(const std::string& path) {
  return sha256(path).base32_32();
}

void add_root(const Dir& store, const std::string& path, const StoreOptions& options) {
  Dir folder = store.make_dir(kRootsDir, store_modes(options.group).roots_dir)
                   .make_dir(std::to_string(::geteuid()), 0755);
  std::string name = root_name(path);
  if (folder.read_link(name) == path) return;
  folder.replace_symlink(path, name);
  if (options.durable) folder.sync();
}

void remove_root(const Dir& store, const std::string& path) {
  std::string folder = join_path(kRootsDir, std::to_string(::geteuid()));
  if (std::optional<Dir> dir = store.open_dir_if_exists(folder)) dir->remove_file(root_name(path));
}

std::vector<ArtifactStore::Root> read_roots(const Dir& store) {
  std::vector<ArtifactStore::Root> roots;
  std::optional<Dir> dir = store.open_dir_if_exists(kRootsDir);
  if (!dir) return roots;
  for (const Entry& entry : dir->list()) {
    std::optional<unsigned> uid = parse_uid(entry.name);
    if (!uid || entry.type != EntryType::directory) continue;
    if (std::optional<Dir> folder = dir->open_dir_if_exists(entry.name))
      add_roots_of(*folder, *uid, roots);
  }
  std::sort(roots.begin(), roots.end(), [](const auto& a, const auto& b) {
    return std::tie(a.uid, a.path) < std::tie(b.uid, b.path);
  });
  return roots;
}

} // namespace hdist
