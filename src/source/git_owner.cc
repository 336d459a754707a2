#include "source/git_owner.h"

#include "base/error.h"
#include "base/path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr std::string_view kEmpty = "hdist-git-";

bool is_own(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & kOthersWrite) == 0;
}

} // namespace

LookedAtRepository look_at_repository(const std::string& path) {
  using Whose = LookedAtRepository::Whose;
  Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) {
    if (errno == ENOENT) return {Whose::absent, {}};
    if (errno == ENOTDIR || errno == ELOOP || errno == EACCES) return {Whose::others, {}};
    throw_errno("open", path);
  }
  struct stat status {
  }, config{};
  if (::fstat(directory.get(), &status) != 0) throw_errno("fstat", path);
  if (!is_own(status)) return {Whose::others, {}};
  // In such a directory nobody else puts another one in its place.
  if (::fstatat(directory.get(), "config", &config, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISREG(config.st_mode) || !is_own(config)) return {Whose::others, {}};
  } else if (errno != ENOENT) { // without one there is nothing to do as it says
    throw_errno("fstatat", join_path(path, "config"));
  }
  return {Whose::own, std::move(directory)};
}

EmptyRepository::EmptyRepository(const std::string& in)
    : trial_(Dir::create(in), kEmpty, TrialDir::OfTheDead::stay) {
  const Dir dir = Dir::create(path());
  dir.set_mode(".", 0700); // whatever the umask: nobody else writes to it
  dir.make_dir("objects");
  dir.make_dir("refs");
  dir.write_file("HEAD", "ref: refs/heads/main\n");
}

void EmptyRepository::remove_dead(const std::string& in) noexcept {
  try {
    remove_dead_trials(Dir::open(in), kEmpty);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): small directories for temporary files
  }
}

} // namespace hdist
