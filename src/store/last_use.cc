#include "store/last_use.h"

#include "base/error.h"
#include "base/path.h"
#include "store/condemned.h"
#include "store/store_roots.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace hdist {

namespace {

constexpr const char* kUsed = "used";
constexpr std::size_t kHash32 = 32;

bool is_not_allowed(int error) {
  return error == EACCES || error == EPERM || error == EROFS || error == ENOSPC || error == EDQUOT;
}

/// 0 or an errno.
int set_mtime_to_now(const Dir& dir, const std::string& file) {
  const struct timespec now[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
  return ::utimensat(dir.fd(), file.c_str(), now, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

std::string stamp_name(const ArtifactId& id) {
  return id.name() + "." + id.hash32();
}

std::optional<ArtifactId> parse_stamp(const std::string& file) {
  if (file.size() <= kHash32 || file[file.size() - kHash32 - 1] != '.') return std::nullopt;
  std::string text = file;
  text[file.size() - kHash32 - 1] = '/';
  return ArtifactId::parse(text);
}

void note_beside(const Dir& store, const ArtifactId& id, const StoreOptions& options) {
  try {
    Dir used = own_roots(store, options).make_dir(kUsed, 0755);
    Fd file = used.open_file(stamp_name(id), O_WRONLY | O_CREAT, 0644);
    int error = set_mtime_to_now(used, stamp_name(id));
    if (error != 0) throw system_error(error, "utimensat", join_path(used.path(), stamp_name(id)));
  } catch (const Error& error) {
    if (!is_not_allowed(error.system_errno())) throw;
  }
}

using Visit = std::function<void(const Dir& used, const std::string& file, const struct stat&)>;

/// The stamps that are of the user whose folder they are in.
void each_stamp(const UserFolder& folder, const Visit& visit) {
  std::optional<struct stat> status = folder.dir.stat(kUsed);
  if (!status || !S_ISDIR(status->st_mode) || status->st_uid != folder.uid) return;
  std::optional<Dir> used = folder.dir.open_dir_if_exists(kUsed);
  if (!used) return;
  for (const Entry& entry : used->list()) {
    std::optional<struct stat> stamp = used->stat(entry.name);
    if (stamp && S_ISREG(stamp->st_mode) && stamp->st_uid == folder.uid)
      visit(*used, entry.name, *stamp);
  }
}

} // namespace

bool note_use(const Dir& store, const ArtifactId& id, const StoreOptions& options) {
  std::optional<Dir> name_dir = store.open_dir_if_exists(id.name());
  if (!name_dir) return false;
  int error = set_mtime_to_now(*name_dir, record_name(id));
  if (error == 0) return true;
  if (error == ENOENT) return false;
  if (!is_not_allowed(error))
    throw system_error(error, "utimensat", join_path(name_dir->path(), record_name(id)));
  note_beside(store, id, options);
  return true;
}

std::map<ArtifactId, int64_t> noted_uses(const UserFolder& folder) {
  std::map<ArtifactId, int64_t> uses;
  each_stamp(folder, [&](const Dir&, const std::string& file, const struct stat& status) {
    if (std::optional<ArtifactId> id = parse_stamp(file))
      uses.insert_or_assign(*id, static_cast<int64_t>(status.st_mtim.tv_sec));
  });
  return uses;
}

void remove_old_uses(const UserFolder& folder, int64_t before_s) {
  if (folder.uid != ::geteuid() && ::geteuid() != 0) return;
  each_stamp(folder, [&](const Dir& used, const std::string& file, const struct stat& status) {
    if (status.st_mtim.tv_sec < before_s) used.remove_file(file);
  });
}

} // namespace hdist
