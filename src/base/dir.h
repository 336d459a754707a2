// dir.h: files and directories by descriptor: Fd, Dir, Staging. Names on paths as text: path.h.
#pragma once

#include "base/path.h"

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// An owned file descriptor; -1 when empty.
class Fd {
public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept;
  void reset() noexcept;

private:
  int fd_ = -1;
};

/// Writes all bytes, restarting after signals and short writes. `object` names the file in errors.
void write_all(int fd, std::string_view bytes, std::string_view object);
/// Reads until the end, at most `limit_bytes` (Error usage "file.too-large" past it).
std::string read_all(int fd, int64_t limit_bytes, std::string_view object);

enum class EntryType { file, directory, symlink, other };
struct Entry {
  std::string name;
  EntryType type = EntryType::other;
};

struct WriteOptions {
  mode_t mode = 0644;   // exactly this mode, whatever the umask
  bool durable = false; // fsync the file before the rename and the directory after it
};

/// An open directory. Names given to its functions are relative paths below it; the last part is
/// never followed when it is a symlink (unless said), and a name that is absolute or has a ".."
/// part is refused, as are empty names, names with a NUL byte, and names that end in '/' (which
/// would make the system follow a link).
/// "." is the directory itself.
class Dir {
public:
  /// Follows symlinks in `path`, as a user's own path should be.
  static Dir open(const std::string& path);
  /// Makes what is missing (mode 0755 and umask), then opens.
  static Dir create(const std::string& path);
  static std::optional<Dir> open_if_exists(const std::string& path);

  Dir duplicate() const; // another descriptor of the same directory

  Dir open_dir(const std::string& name) const;
  std::optional<Dir> open_dir_if_exists(const std::string& name) const;
  /// mkdir if absent (exactly `mode`), then open_dir.
  Dir make_dir(const std::string& name, mode_t mode = 0755) const;
  /// Exclusive mkdir with exactly `mode`. False when the name exists.
  [[nodiscard]] bool make_new_dir(const std::string& name, mode_t mode = 0755) const;
  /// All missing parents of `name` and itself, mode 0755 each. No part of `name` may be a symlink.
  Dir make_dirs(const std::string& name) const;

  Fd open_file(const std::string& name, int flags,
               mode_t mode = 0644) const; // O_CLOEXEC and O_NOFOLLOW are added
  /// Regular files only: a named pipe in the way is an error, not a wait.
  std::string read_file(const std::string& name, int64_t limit_bytes = 64 << 20) const;
  std::optional<std::string> read_file_if_exists(const std::string& name,
                                                 int64_t limit_bytes = 64 << 20) const;
  /// Replaces `name` atomically: temporary file beside it, then rename.
  void write_file(const std::string& name, std::string_view bytes, WriteOptions options = {}) const;
  /// Creates `name` complete and exclusively: temporary file, then link(2). False when the name
  /// exists (judged by looking, not by the return code, which NFS may get wrong).
  [[nodiscard]] bool link_new_file(const std::string& name, std::string_view bytes,
                                   WriteOptions options = {}) const;
  void make_symlink(const std::string& target, const std::string& name) const;
  /// Replaces whatever link or file is at `name` by one rename.
  void replace_symlink(const std::string& target, const std::string& name) const;
  std::optional<std::string> read_link(const std::string& name) const; // nullopt: absent or no link
  std::optional<struct stat> stat(const std::string& name) const;      // lstat; nullopt: absent
  bool exists(const std::string& name) const;                          // lstat succeeds
  std::vector<Entry> list() const; // without . and .., sorted by name
  void rename(const std::string& from, const std::string& to) const;
  /// False when `to` exists (renameat2 NOREPLACE, or link/mkdir-free checks where that is missing).
  [[nodiscard]] bool rename_new(const std::string& from, const std::string& to) const;
  bool remove_file(const std::string& name) const; // false when absent
  /// Whole tree, also write-protected directories of one's own; does not follow links. Absent is
  /// fine.
  void remove_tree(const std::string& name) const;
  void set_mode(const std::string& name, mode_t mode) const;
  void sync() const; // fsync of the directory

  const std::string& path() const noexcept {
    return path_;
  } // for messages and for programs that need a path
  int fd() const noexcept { return fd_.get(); }

private:
  friend class Descent;
  Dir(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Dir open_holder_of(const std::string& name) const; // the directory that `name` is in
  Fd fd_;
  std::string path_;
};

/// A directory being filled. Destroying it removes what is there; publish() is the only way to keep
/// it.
class Staging {
public:
  /// Makes ".tmp-<random>" in `parent`, mode 0700.
  explicit Staging(const Dir& parent);
  ~Staging(); // never throws; a failed removal is left for gc
  Staging(Staging&&) noexcept;
  Staging& operator=(Staging&&) = delete;
  const Dir& dir() const { return *dir_; }
  const std::string& name() const { return name_; }
  /// Rename to `name` beside it. Returns false when `name` exists already: another process was
  /// first.
  [[nodiscard]] bool publish(const std::string& name) &&;

private:
  std::optional<Dir> parent_;
  std::optional<Dir> dir_;
  std::string name_;
};

} // namespace hdist
