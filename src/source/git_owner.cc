#include "source/git_owner.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

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

EmptyRepository::EmptyRepository(const std::string& in) : parent_(Dir::open(in)) {
  constexpr int kLength = 20;
  constexpr mode_t kPrivate = 0700;
  do {
    name_ = "hdist-git-" + random_name(kLength);
  } while (!parent_.make_new_dir(name_, kPrivate));
  const Dir dir = parent_.open_dir(name_);
  dir.make_dir("objects");
  dir.make_dir("refs");
  dir.write_file("HEAD", "ref: refs/heads/main\n");
}

EmptyRepository::~EmptyRepository() {
  try {
    parent_.remove_tree(name_);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): a small directory for temporary files
  }
}

std::string EmptyRepository::path() const {
  return join_path(parent_.path(), name_);
}

} // namespace hdist
