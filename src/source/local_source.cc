#include "source/local_source.h"

#include "base/dir.h"
#include "base/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("fstat", path);
  return status;
}

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

/// The path may be a link: it is the user's own.
Fd open_file(const std::string& path) {
  if (path.find('\0') != std::string::npos)
    throw Error(ErrorKind::usage, "source.bad-path", "the path has a NUL byte");
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) throw_errno("open", path);
  return fd;
}

void copy(const Fd& file, const std::string& path, GuardedDeposit& deposit,
          const std::stop_token& stop) {
  struct stat before = status_of(file.get(), path);
  if (!S_ISREG(before.st_mode))
    throw Error(ErrorKind::usage, "source.special-file",
                fmt::format("{} is neither a regular file nor a directory", path));
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped",
                  fmt::format("fetching {} was stopped", path));
    ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) break;
    if (!deposit.write(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)))) return;
  }
  if (!is_unchanged(before, status_of(file.get(), path)))
    throw Error(ErrorKind::failed, "source.changed",
                fmt::format("{} changed while it was read", path));
}

void copy_directory(const std::string& path, GuardedDeposit& deposit, const std::stop_token& stop) {
  auto sink = [&](std::string_view bytes) {
    if (!deposit.write(bytes)) deposit.rethrow();
  };
  write_dir_stream(Dir::open(path), sink, stop);
}

} // namespace

AttemptResult take_local(const SourceStore& store, const std::string& path, const Wanted& wanted,
                         const std::stop_token& stop) {
  GuardedDeposit deposit(store.deposit());
  bool is_directory = false;
  try {
    Fd file = open_file(path);
    is_directory = S_ISDIR(status_of(file.get(), path).st_mode);
    if (is_directory)
      copy_directory(path, deposit, stop);
    else
      copy(file, path, deposit, stop);
  } catch (const Error& error) {
    deposit.rethrow();
    if (error.kind() == ErrorKind::interrupted) throw;
    bool is_absent = error.system_errno() == ENOENT || error.system_errno() == ENOTDIR;
    if (is_absent && !is_directory)
      return AttemptResult::no_such_place("there is no such file or directory");
    AttemptResult result = AttemptResult::failed(error.message());
    result.bad_address = error.kind() == ErrorKind::usage;
    return result;
  }
  deposit.rethrow();
  if (!is_directory) return finish_attempt(std::move(deposit).take(), wanted);
  bool wants_other = wanted.expected && wanted.expected->key() &&
                     wanted.expected->key()->type() != SourceType::dir;
  if (wants_other)
    return AttemptResult::failed(
        fmt::format("{} is a directory, expected {}", path, wanted.expected->str()));
  return finish_attempt(std::move(deposit).take(), wanted, SourceType::dir);
}

} // namespace hdist
