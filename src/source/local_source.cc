#include "source/local_source.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "source/dir_stamp.h"

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

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
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
  deposit.write_all_of([&]() -> std::string_view {
    for (;;) {
      if (stop.stop_requested())
        throw Error(ErrorKind::interrupted, "source.stopped",
                    fmt::format("fetching {} was stopped", path));
      ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("read", path);
      return std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
    }
  });
  if (!is_unchanged(before, status_of(file.get(), path)))
    throw Error(ErrorKind::failed, "source.changed",
                fmt::format("{} changed while it was read", path));
}

AttemptResult failed_attempt(const Error& error) {
  if (error.kind() == ErrorKind::interrupted) throw error;
  AttemptResult result = AttemptResult::failed(error.message());
  result.bad_address = error.kind() == ErrorKind::usage;
  return result;
}

/// What is put into the store would be part of what is read.
void check_is_apart(const SourceStore& store, const std::string& path) {
  const std::string directory = real_path(path), own = real_path(store.path());
  if ((own + "/").starts_with(directory == "/" ? "/" : directory + "/"))
    throw Error(ErrorKind::usage, "source.holds-store",
                fmt::format("{} holds the source store {}, into which it would be put: expected a "
                            "directory without it",
                            printable(path), printable(own)));
}

AttemptResult take_directory(const SourceStore& store, const std::string& path,
                             const Wanted& wanted, const std::stop_token& stop) {
  bool wants_other = wanted.expected && wanted.expected->key() &&
                     wanted.expected->key()->type() != SourceType::dir;
  if (wants_other)
    return AttemptResult::failed(
        fmt::format("{} is a directory, expected {}", path, wanted.expected->str()));
  DirStamp stamp;
  std::optional<Dir> directory;
  try {
    directory = Dir::open(path);
    check_is_apart(store, path);
    stamp = stamp_of(*directory, stop);
  } catch (const Error& error) {
    return failed_attempt(error);
  }
  if (std::optional<SourceItem> item = store.find_stamped(directory->path(), stamp);
      item && (!wanted.expected || wanted.expected->met_by(item->key)))
    return {.item = std::move(item), .reason = {}};
  GuardedDeposit deposit(store.deposit());
  auto sink = [&](std::string_view bytes) {
    if (!deposit.write(bytes)) deposit.rethrow();
  };
  try {
    write_dir_stream(*directory, sink, stop);
  } catch (const Error& error) {
    deposit.rethrow();
    return failed_attempt(error);
  }
  AttemptResult result = finish_attempt(std::move(deposit).take(), wanted, SourceType::dir);
  if (result.item) store.note_stamp(directory->path(), stamp, result.item->key);
  return result;
}

} // namespace

AttemptResult take_local(const SourceStore& store, const std::string& path, const Wanted& wanted,
                         const std::stop_token& stop) {
  if (is_directory(path)) return take_directory(store, path, wanted, stop);
  GuardedDeposit deposit(store.deposit());
  try {
    Fd file = open_file(path);
    copy(file, path, deposit, stop);
  } catch (const Error& error) {
    deposit.rethrow();
    if (error.system_errno() == ENOENT || error.system_errno() == ENOTDIR)
      return AttemptResult::no_such_place("there is no such file or directory");
    return failed_attempt(error);
  }
  deposit.rethrow();
  return finish_attempt(std::move(deposit).take(), wanted);
}

} // namespace hdist
