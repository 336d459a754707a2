#include "source/git_owner.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

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

bool is_own_repository(const std::string& path) {
  struct stat directory {
  }, config{};
  if (::lstat(path.c_str(), &directory) != 0)
    return errno == ENOENT; // git says that it is not there
  if (!S_ISDIR(directory.st_mode) || !is_own(directory)) return false;
  // Without one there is nothing to do as it says.
  if (::lstat(join_path(path, "config").c_str(), &config) != 0) return errno == ENOENT;
  return S_ISREG(config.st_mode) && is_own(config);
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
