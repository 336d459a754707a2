// "hdist-dir 1": docs/source-format.md has the format. It is nested and not a list of paths, so
// that a reader can tell at each name whether it is in order, which also makes double names
// impossible.
#include "source/dir_stream.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"
#include "source/content_kind.h"
#include "source/source_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <vector>

namespace hdist {

namespace {

constexpr char kFile = kDirStreamFile, kExecutable = kDirStreamExecutable,
               kSymlink = kDirStreamSymlink, kDirectory = kDirStreamDirectory, kEnd = kDirStreamEnd;
constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestPath = 4095; // PATH_MAX without its NUL
constexpr time_t kTime =
    315'532'800; // SOURCE_DATE_EPOCH of jobs: newer than nothing, older than nothing

using Sink = std::function<void(std::string_view)>;

std::string number(uint64_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i)
    text += static_cast<char>((value >> (8 * i)) & 0xffU);
  return text;
}

Error changed(const std::string& path) {
  return {ErrorKind::failed, "source.changed", fmt::format("{} changed while it was read", path)};
}

void check_stop(const std::stop_token& stop, std::string_view what) {
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("reading {} was stopped", what));
}

bool is_same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_mode == b.st_mode &&
         a.st_size == b.st_size && is_same(a.st_mtim, b.st_mtim);
}

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("fstat", path);
  return status;
}

std::size_t read_some(int fd, char* buffer, std::size_t size, std::string_view name) {
  for (;;) {
    ssize_t got = ::read(fd, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_errno("read", name);
  }
}

class Writer {
public:
  Writer(const Dir& root, const Sink& sink, const std::stop_token& stop)
      : root_(root), sink_(sink), stop_(stop), buffer_(kPiece, '\0') {}

  void run() {
    sink_(kDirStreamMagic);
    open_.push_back({".", status_of(root_.fd(), root_.path())});
    walk_tree(root_, [this](const Dir& parent, const TreeEntry& entry) { visit(parent, entry); });
    close_to(0);
  }

private:
  struct Opened {
    std::string path;
    struct stat status {};
  };

  void visit(const Dir& parent, const TreeEntry& entry) {
    std::string path = join_path(root_.path(), entry.path);
    check_stop(stop_, path);
    close_to(1 + static_cast<std::size_t>(std::count(entry.path.begin(), entry.path.end(), '/')));
    if (entry.path.size() > kLongestPath)
      throw Error(ErrorKind::usage, "source.path-too-long",
                  fmt::format("{} has a path of more than {} bytes below the directory", path,
                              kLongestPath));
    std::string name = base_name(entry.path);
    switch (entry.type) {
    case EntryType::directory:
      sink_(dir_stream_entry(kDirectory, name, std::nullopt));
      open_.push_back({entry.path, entry.stat});
      return;
    case EntryType::symlink:
      sink_(dir_stream_entry(kSymlink, name, static_cast<int64_t>(entry.target.size())) +
            entry.target);
      return;
    case EntryType::file:
      return write_file(parent, name, entry, path);
    case EntryType::other:
      break;
    }
    throw Error(ErrorKind::refused, "source.special-file",
                fmt::format("{} is a device, socket or FIFO, expected only files, directories and "
                            "symbolic links in a source",
                            path));
  }

  void write_file(const Dir& parent, const std::string& name, const TreeEntry& entry,
                  const std::string& path) {
    Fd file = parent.open_file(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!is_unchanged(status_of(file.get(), path), entry.stat)) throw changed(path);
    bool is_executable = (entry.stat.st_mode & S_IXUSR) != 0;
    auto size = static_cast<uint64_t>(entry.stat.st_size);
    sink_(dir_stream_entry(is_executable ? kExecutable : kFile, name, entry.stat.st_size));
    uint64_t done = 0;
    while (std::size_t got = read_some(file.get(), buffer_.data(), buffer_.size(), path)) {
      check_stop(stop_, path);
      done += got;
      if (done > size) throw changed(path);
      sink_(std::string_view(buffer_).substr(0, got));
    }
    if (done != size || !is_unchanged(status_of(file.get(), path), entry.stat)) throw changed(path);
  }

  /// Ends the directories that are open below the first `count`. An entry that came or went while
  /// one was read shows in its time.
  void close_to(std::size_t count) {
    while (open_.size() > count) {
      sink_(std::string_view(&kEnd, 1));
      const Opened& last = open_.back();
      std::optional<struct stat> now =
          last.path == "." ? status_of(root_.fd(), root_.path()) : root_.stat(last.path);
      if (!now || !is_unchanged(*now, last.status))
        throw changed(join_path(root_.path(), last.path));
      open_.pop_back();
    }
  }

  const Dir& root_;
  const Sink& sink_;
  const std::stop_token& stop_;
  std::string buffer_;
  std::vector<Opened> open_;
};

/// The bytes of the stream in order, all of them shown to `seen`.
class Input {
public:
  Input(int fd, std::string_view name, const Sink& seen)
      : fd_(fd), name_(name), seen_(seen), buffer_(kPiece, '\0') {}

  /// At most `size` bytes, valid until the next call; empty at the end.
  std::string_view some(uint64_t size) {
    if (start_ == end_) fill();
    auto count = static_cast<std::size_t>(std::min<uint64_t>(size, end_ - start_));
    std::string_view bytes = std::string_view(buffer_).substr(start_, count);
    start_ += count;
    return bytes;
  }
  std::string exactly(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      std::string_view piece = some(size - bytes.size());
      if (piece.empty()) invalid("it ends too early");
      bytes += piece;
    }
    return bytes;
  }
  uint64_t integer(std::size_t bytes) {
    uint64_t value = 0;
    std::string text = exactly(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
      value |= uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    return value;
  }
  void drain() {
    do {
      start_ = end_;
      fill();
    } while (start_ != end_);
  }
  [[noreturn]] void invalid(const std::string& why) const {
    throw Error(ErrorKind::failed, "source.invalid-dir",
                fmt::format("{} is no valid stream of a directory: {}", name_, why));
  }
  const std::string& name() const { return name_; }

private:
  void fill() {
    start_ = 0;
    end_ = 0;
    ssize_t got = -1;
    do {
      got = ::pread(fd_, buffer_.data(), buffer_.size(), offset_);
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw_errno("read", name_);
    end_ = static_cast<std::size_t>(got);
    offset_ += got;
    if (seen_ && end_ > 0) seen_(std::string_view(buffer_).substr(0, end_));
  }

  int fd_;
  std::string name_;
  const Sink& seen_;
  std::string buffer_;
  std::size_t start_ = 0, end_ = 0;
  off_t offset_ = 0;
};

class Reader {
public:
  Reader(Input& input, const Dir& target, const DirStreamLimits& limits,
         const std::stop_token& stop)
      : input_(input), target_(target), here_(target.duplicate()), limits_(limits), stop_(stop) {}

  void run() {
    if (input_.exactly(kDirStreamMagic.size()) != kDirStreamMagic)
      input_.invalid("it does not begin with \"hdist-dir 1\"");
    levels_.push_back({});
    while (!levels_.empty()) {
      check_stop(stop_, input_.name());
      char kind = input_.exactly(1).front();
      if (kind == kEnd)
        leave();
      else
        take(kind);
    }
    if (!input_.some(1).empty()) input_.invalid("something follows its end");
  }

private:
  struct Level {
    std::string last_name; // of the entries so far
    std::size_t path_size = 0;
  };

  std::string read_name() {
    uint64_t size = input_.integer(4);
    if (size == 0 || size > kLongestName) input_.invalid(fmt::format("a name has {} bytes", size));
    std::string name = input_.exactly(static_cast<std::size_t>(size));
    if (name == "." || name == ".." || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos)
      throw Error(ErrorKind::refused, "source.unsafe-path",
                  fmt::format("{} has the entry \"{}\", which is not a name in a directory",
                              input_.name(), printable(name)));
    std::string& last = levels_.back().last_name;
    if (!last.empty() && name <= last)
      input_.invalid(fmt::format("\"{}\" comes after \"{}\"", printable(name), printable(last)));
    last = name;
    return name;
  }

  void take(char kind) {
    if (std::string_view("fxld").find(kind) == std::string_view::npos)
      input_.invalid("an entry is of an unknown kind");
    std::string name = read_name();
    if (++entries_ > limits_.entries)
      too_large(fmt::format("more than {} entries", limits_.entries));
    if (path_.size() + 1 + name.size() > kLongestPath) too_large("a path that is too long");
    if (kind == kDirectory) return enter(name);
    uint64_t size = input_.integer(8);
    if (kind == kSymlink) return make_link(name, size);
    if (size > static_cast<uint64_t>(limits_.bytes - bytes_))
      too_large(fmt::format("more than {} of content", human_size(limits_.bytes)));
    bytes_ += static_cast<int64_t>(size);
    write_file(name, size, kind == kExecutable ? 0755 : 0644);
  }

  void enter(const std::string& name) {
    static_cast<void>(here_.make_new_dir(name));
    here_ = here_.open_dir(name);
    levels_.push_back({{}, path_.size()});
    path_ = join_path(path_, name);
  }

  /// Opened again from the root and not kept open: a tree may be deeper than there are descriptors.
  /// Nobody else can reach what is being unpacked, so no link can be in the way.
  void leave() {
    set_fixed_times(here_.fd(), here_.path());
    path_.resize(levels_.back().path_size);
    levels_.pop_back();
    if (levels_.empty()) return;
    here_ = path_.empty() ? target_.duplicate() : target_.open_dir(path_);
  }

  void make_link(const std::string& name, uint64_t size) {
    if (size == 0 || size > kLongestPath)
      input_.invalid(fmt::format("the target of a symlink has {} bytes", size));
    std::string link = input_.exactly(static_cast<std::size_t>(size));
    if (link.find('\0') != std::string::npos)
      input_.invalid("the target of a symlink has a NUL byte");
    here_.make_symlink(link, name);
  }

  void write_file(const std::string& name, uint64_t size, mode_t mode) {
    Fd file = here_.open_file(name, O_WRONLY | O_CREAT | O_EXCL, mode);
    std::string path = join_path(here_.path(), name);
    while (size > 0) {
      check_stop(stop_, input_.name());
      std::string_view piece = input_.some(size);
      if (piece.empty()) input_.invalid("it ends too early");
      write_all(file.get(), piece, path);
      size -= piece.size();
    }
    set_fixed_times(file.get(), path);
    if (::close(file.release()) != 0 && errno != EINTR) throw_errno("close", path);
  }

  [[noreturn]] void too_large(const std::string& why) const {
    throw Error(ErrorKind::refused, "source.too-large",
                fmt::format("{} is larger than the limit: it has {}", input_.name(), why));
  }

  Input& input_;
  const Dir& target_;
  Dir here_;
  std::string path_; // of here_ below the target
  std::vector<Level> levels_;
  DirStreamLimits limits_;
  const std::stop_token& stop_;
  int64_t entries_ = 0;
  int64_t bytes_ = 0;
};

} // namespace

std::string_view dir_stream_begin() {
  return kDirStreamMagic;
}

std::string dir_stream_entry(char kind, std::string_view name, std::optional<int64_t> size_bytes) {
  std::string text = kind + number(name.size(), 4);
  text += name;
  if (size_bytes) text += number(static_cast<uint64_t>(*size_bytes), 8);
  return text;
}

void set_fixed_times(int fd, const std::string& path) {
  constexpr std::array<timespec, 2> kTimes{timespec{kTime, 0}, timespec{kTime, 0}};
  if (::futimens(fd, kTimes.data()) != 0) throw_errno("futimens", path);
}

void write_dir_stream(const Dir& root, const Sink& sink, const std::stop_token& stop) {
  try {
    Writer(root, sink, stop).run();
  } catch (const Error& error) {
    if (error.system_errno() == ENOENT || error.code() == "tree.moved") throw changed(root.path());
    throw;
  }
}

void unpack_dir_stream(int fd, std::string_view name, const Dir& target,
                       const DirStreamOptions& options, const std::stop_token& stop) {
  Input input(fd, name, options.seen);
  try {
    Reader(input, target, options.limits, stop).run();
  } catch (const Error& error) {
    // Damage is told from a wrong stream by the digest of all its bytes.
    if (error.code().starts_with("source.") && error.kind() != ErrorKind::interrupted)
      input.drain();
    throw;
  }
}

} // namespace hdist
