// One pass: entries are written where the archive says while the digest is computed; what they have
// in common at the top is known only at the end and then taken away by one rename per entry of the
// new top. A second pass over the archive would cost as much again as the first; renames cost
// nothing, and hard links need no translation.
#include "archive/common_top.h"
#include "archive/reader.h"
#include "archive/tree_writer.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kKindBytes = 512;
constexpr int64_t kHeadersPerEntry = int64_t{16} << 10; // pax headers of one entry, on average
constexpr int64_t kListBytes = int64_t{1} << 30;

/// For messages: on one line and not a page long.
std::string shown(std::string_view name) {
  constexpr std::size_t kMost = 200;
  return name.size() <= kMost ? printable(name) : printable(name.substr(0, kMost)) + "...";
}

int64_t stream_limit(const UnpackLimits& limits) {
  constexpr int64_t kMost = int64_t{1} << 60;
  constexpr int64_t kSlack = 1 << 20;
  return std::min(limits.bytes, kMost) +
         std::min(limits.entries, kMost / kHeadersPerEntry) * kHeadersPerEntry + kSlack;
}

void check_kind(const ArchiveFile& file, const ArchiveKind& kind) {
  std::string start(kKindBytes, '\0');
  start.resize(file.read_at(0, start.data(), start.size()));
  std::optional<ArchiveKind> found = archive_kind_of(start);
  std::string wanted = archive_kind_name(kind);
  if (!found) file.invalid(fmt::format("it does not begin like a {} file", wanted));
  if (archive_kind_name(*found) != wanted)
    file.invalid(fmt::format("it is a {} file, not {}", archive_kind_name(*found), wanted));
}

/// Reads entries, checks them against the rules and limits, and hands them to the derived class in
/// safe form.
class Walk {
public:
  Walk(ArchiveFile& file, const UnpackLimits& limits) : file_(file), limits_(limits) {}
  virtual ~Walk() = default;

  UnpackReport run(const ArchiveKind& kind) {
    check_kind(file_, kind);
    reader_ = open_reader(file_, {.kind = kind, .stream_bytes = stream_limit(limits_)});
    RawEntry entry;
    while (reader_->next(entry)) {
      file_.check_stop();
      take(entry);
    }
    reader_->finish();
    return report_;
  }

protected:
  virtual void visit(const std::string& path, const RawEntry& entry) = 0;

  /// Calls `use` with each block of a file's data.
  template <typename Use> void each_block(const std::string& path, const Use& use) {
    RawBlock block;
    while (reader_->read(block)) {
      file_.check_stop();
      count_bytes(static_cast<int64_t>(block.bytes.size()), path);
      if (block.offset > limits_.bytes) too_many_bytes(path);
      use(block);
    }
  }

  std::string safe_path(const std::string& name, const RawEntry& entry) const {
    std::optional<std::string> path = safe_entry_path(name);
    if (path) return *path;
    throw Error(ErrorKind::refused, "archive.unsafe-path",
                fmt::format("{} has the entry {}, whose {} {} is not a path below the target",
                            file_.name(), shown(entry.name),
                            &name == &entry.link ? "link target" : "name", shown(name)));
  }

  const ArchiveFile& file() const { return file_; }

private:
  void take(const RawEntry& entry) {
    if (++report_.entries > limits_.entries)
      file_.too_large(fmt::format("more than {} entries", limits_.entries));
    if (static_cast<int64_t>(std::max(entry.name.size(), entry.link.size())) > limits_.path_bytes)
      file_.too_large(fmt::format("the name or link target of {} has more than {} bytes",
                                  shown(entry.name), limits_.path_bytes));
    if (entry.type == RawEntry::Type::special)
      throw Error(ErrorKind::refused, "archive.unsafe-entry",
                  fmt::format("{} has the entry {}, which is a device, FIFO or socket",
                              file_.name(), shown(entry.name)));
    if (is_top(entry)) return;
    if (entry.type == RawEntry::Type::symlink && entry.link.empty())
      file_.invalid(fmt::format("the symlink {} has no target", shown(entry.name)));
    // A file is refused before any of it is written, when its size is known.
    bool is_file = entry.type == RawEntry::Type::file;
    if (is_file && entry.size.value_or(0) < 0) file_.invalid("a file has a negative size");
    if (is_file && entry.size.value_or(0) > limits_.bytes - report_.bytes)
      too_many_bytes(entry.name);
    visit(safe_path(entry.name, entry), entry);
  }

  /// "./", as `tar c .` writes it.
  static bool is_top(const RawEntry& entry) {
    return entry.type == RawEntry::Type::directory && entry.name.starts_with('.') &&
           path_components(entry.name) ==
               std::vector<std::string>(path_components(entry.name).size(), ".");
  }

  void count_bytes(int64_t size, std::string_view path) {
    report_.bytes += size;
    if (report_.bytes > limits_.bytes) too_many_bytes(path);
  }

  [[noreturn]] void too_many_bytes(std::string_view path) const {
    file_.too_large(
        fmt::format("more than {} of content, at {}", human_size(limits_.bytes), shown(path)));
  }

  ArchiveFile& file_;
  UnpackLimits limits_;
  std::unique_ptr<EntryReader> reader_;
  UnpackReport report_;
};

class Unpacking final : public Walk {
public:
  Unpacking(ArchiveFile& file, const Dir& target, const UnpackOptions& options)
      : Walk(file, options.limits), writer_(target), strip_(options.strip) {}

  void finish() {
    writer_.set_directory_times();
    if (!strip_) writer_.hoist(top_.components());
  }

private:
  void visit(const std::string& full_path, const RawEntry& entry) override {
    bool is_directory = entry.type == RawEntry::Type::directory;
    std::string path = stripped(full_path, is_directory);
    if (path.empty()) return;
    if (is_directory)
      top_.add_directory(path);
    else
      top_.add_file(path);
    switch (entry.type) {
    case RawEntry::Type::directory:
      writer_.add_directory(path, entry.modified);
      break;
    case RawEntry::Type::symlink:
      writer_.add_symlink(path, entry.link, entry.modified);
      break;
    case RawEntry::Type::hard_link:
      writer_.add_hard_link(path, stripped(safe_path(entry.link, entry), false));
      break;
    case RawEntry::Type::file:
      write_file(path, entry);
      break;
    case RawEntry::Type::special:
      break; // refused before
    }
  }

  void write_file(const std::string& path, const RawEntry& entry) {
    Fd out = writer_.create_file(path, entry.executable);
    int64_t end = 0;
    each_block(path, [&](const RawBlock& block) {
      writer_.write_at(out, block.offset, block.bytes);
      end = std::max(end, block.offset + static_cast<int64_t>(block.bytes.size()));
    });
    bool ends_in_hole = entry.size && *entry.size > end;
    writer_.close_file(std::move(out), ends_in_hole ? entry.size : std::nullopt, entry.modified);
  }

  /// "" for a directory that is cut away. A file that would be is an error: tar drops it silently.
  std::string stripped(const std::string& path, bool is_directory) const {
    std::string_view rest = path;
    for (int i = 0; i < strip_.value_or(0); ++i) {
      std::size_t slash = rest.find('/');
      if (slash == std::string_view::npos && is_directory) return {};
      if (slash == std::string_view::npos)
        throw Error(
            ErrorKind::usage, "archive.strip",
            fmt::format("{} has the entry {}, of which nothing is left when {} components are cut",
                        file().name(), shown(path), *strip_));
      rest.remove_prefix(slash + 1);
    }
    return std::string(rest);
  }

  TreeWriter writer_;
  std::optional<int> strip_;
  CommonTop top_;
};

class Listing final : public Walk {
public:
  using Walk::Walk;
  std::vector<std::string> names;

private:
  void visit(const std::string& path, const RawEntry& entry) override {
    if (entry.type == RawEntry::Type::hard_link) (void)safe_path(entry.link, entry);
    held_bytes_ += static_cast<int64_t>(path.size() + sizeof(std::string));
    if (held_bytes_ > kListBytes) file().too_large("its list of names");
    names.push_back(path);
    if (entry.type == RawEntry::Type::file) each_block(path, [](const RawBlock&) {});
  }
  int64_t held_bytes_ = 0;
};

/// Damage is told from a wrong file by the digest, so `seen` gets the rest also when the content is
/// refused.
template <typename Work> void showing_all(ArchiveFile& file, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    bool is_about_content = error.code().starts_with("archive.") &&
                            error.code() != "archive.module" &&
                            error.kind() != ErrorKind::interrupted;
    if (is_about_content) file.drain();
    throw;
  }
}

} // namespace

UnpackReport unpack_archive(int fd, std::string_view name, const Dir& target,
                            const UnpackOptions& options, std::stop_token stop) {
  ArchiveFile file(fd, name, options.seen, std::move(stop));
  UnpackReport report;
  showing_all(file, [&] {
    Unpacking unpacking(file, target, options);
    report = unpacking.run(options.kind);
    unpacking.finish();
  });
  return report;
}

std::vector<std::string> list_archive(int fd, std::string_view name, const ArchiveKind& kind,
                                      const UnpackLimits& limits) {
  ArchiveFile file(fd, name, {}, {});
  Listing listing(file, limits);
  listing.run(kind);
  return std::move(listing.names);
}

} // namespace hdist
