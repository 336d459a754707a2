#include "archive/archive_file.h"

#include "base/error.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

struct stat stat_of(int fd, const std::string& name) {
  struct stat status {};
  if (fstat(fd, &status) != 0) throw_errno("fstat", name);
  return status;
}

} // namespace

ArchiveFile::ArchiveFile(int fd, std::string_view name, Seen seen, std::stop_token stop)
    : fd_(fd), name_(name), seen_(std::move(seen)), stop_(std::move(stop)),
      buffer_(std::make_unique<char[]>(kPieceBytes)) {
  struct stat status = stat_of(fd_, name_);
  size_ = status.st_size;
  changed_ns_ = nanoseconds(status.st_mtim);
}

std::string_view ArchiveFile::next() {
  check_stop();
  std::size_t got = read_at(offset_, buffer_.get(), kPieceBytes);
  offset_ += static_cast<int64_t>(got);
  std::string_view piece(buffer_.get(), got);
  if (seen_ && !piece.empty()) seen_(piece);
  return piece;
}

void ArchiveFile::drain() {
  while (!next().empty())
    continue;
}

std::size_t ArchiveFile::read_at(int64_t offset, char* buffer, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    ssize_t got = pread(fd_, buffer + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", name_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void ArchiveFile::check_stop() const {
  if (stop_.stop_requested())
    throw Error(ErrorKind::interrupted, "archive.stopped",
                fmt::format("reading {} was stopped", name_));
}

void ArchiveFile::check_unchanged() const {
  struct stat status = stat_of(fd_, name_);
  if (status.st_size == size_ && nanoseconds(status.st_mtim) == changed_ns_) return;
  throw Error(ErrorKind::failed, "archive.changed",
              fmt::format("{} was written to while it was read", name_));
}

void ArchiveFile::invalid(std::string_view reason) const {
  throw Error(ErrorKind::failed, "archive.invalid",
              fmt::format("{} is not a valid archive: {}", name_, reason));
}

void ArchiveFile::too_large(std::string_view reason) const {
  throw Error(ErrorKind::refused, "archive.too-large",
              fmt::format("{} is larger than the limit for archives: {}", name_, reason));
}

} // namespace hdist
