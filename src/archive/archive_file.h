// archive_file.h: the bytes of an archive file, each shown once to the caller, and the errors that
// name the file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace hdist {

/// Reads a file by pread, so that the descriptor's own offset is left alone.
class ArchiveFile {
public:
  using Seen = std::function<void(std::string_view)>;
  ArchiveFile(int fd, std::string_view name, Seen seen, std::stop_token stop);
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  /// The next piece in order, valid until the next call; empty at the end. `seen` is called with
  /// it.
  std::string_view next();
  /// Shows `seen` what next() has not returned yet.
  void drain();
  /// Any bytes, in any order, not shown to `seen`; less than `size` only at the end of the file.
  std::size_t read_at(int64_t offset, char* buffer, std::size_t size) const;
  int64_t size() const noexcept { return size_; }

  /// Throws when the caller asked to stop.
  void check_stop() const;
  /// Throws when the file was written to since it was opened: what was unpacked is then not what
  /// was seen.
  void check_unchanged() const;
  /// Error "archive.invalid": "<name> is not a valid archive: <reason>".
  [[noreturn]] void invalid(std::string_view reason) const;
  [[noreturn]] void too_large(std::string_view reason) const;
  const std::string& name() const noexcept { return name_; }

private:
  int fd_;
  std::string name_;
  Seen seen_;
  std::stop_token stop_;
  std::unique_ptr<char[]> buffer_;
  int64_t offset_ = 0;
  int64_t size_ = 0;
  int64_t changed_ns_ = 0;
};

} // namespace hdist
