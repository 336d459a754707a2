// A git that gets SIGKILL leaves its lock files (packed-refs.lock, <ref>.lock, commit-graph.lock),
// and each later git then fails at them. Git itself cannot tell a lock of the dead from one in use.
// Here a flock on a file in the repository says it: held, shared, by each process that lets git
// write there; given up by the kernel when that ends, and git ends with it (git_program.h).
#include "source/git_use.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr const char* kUsers = "hdist-users"; // the file that is locked

bool lock(const Fd& fd, int how) {
  int result = 0;
  do
    result = ::flock(fd.get(), how);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

/// Whoever has it does so for a moment, as a rule. False, with errno, when it was not to be had.
bool lock_soon(const Fd& fd, int how) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    if (lock(fd, how | LOCK_NB)) return true;
    if (errno != EWOULDBLOCK) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  errno = EWOULDBLOCK;
  return false;
}

/// Below refs/ and objects/ git has its locks beside what they lock; `depth` is that of the
/// deepest, refs/hdist/incoming/<name>/heads/... having more of its own.
void remove_locks(const Dir& dir, int depth) {
  for (const Entry& entry : dir.list()) {
    if (entry.type == EntryType::file && entry.name.ends_with(".lock")) dir.remove_file(entry.name);
    // Of the folders of loose objects (two digits) there are many, and no lock is in them.
    if (entry.type == EntryType::directory && depth > 0 && entry.name.size() > 2)
      remove_locks(dir.open_dir(entry.name), depth - 1);
  }
}

} // namespace

GitAlone::GitAlone(const std::string& repository) {
  fd_ = Dir::open(repository).open_file(kUsers, O_RDWR | O_CREAT);
  if (!lock_soon(fd_, LOCK_EX) && errno == EWOULDBLOCK) // else locks do not work there
    throw Error(ErrorKind::failed, "git.in-use",
                "another process fetches into the repository " + repository);
}

GitUse::GitUse(const std::string& repository) {
  constexpr int kDepth = 4;
  try {
    const Dir dir = Dir::open(repository);
    fd_ = dir.open_file(kUsers, O_RDWR | O_CREAT);
    if (lock(fd_, LOCK_EX | LOCK_NB)) remove_locks(dir, kDepth);
  } catch (const Error&) {
    // Not ours to write: git says so, when it has to.
  }
  // Who has it alone looks for locks, which takes a moment.
  if (fd_) static_cast<void>(lock_soon(fd_, LOCK_SH));
}

} // namespace hdist
