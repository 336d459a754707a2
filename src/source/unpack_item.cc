#include "source/unpack_item.h"

#include "archive/archive.h"
#include "base/error.h"
#include "data/digest.h"
#include "model/hitpack.h"
#include "source/dir_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr int64_t kLargestPack = int64_t{1} << 30;

Fd open_item(const SourceItem& item) {
  Fd fd(::open(item.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT)
    throw Error(ErrorKind::failed, "source.moved",
                fmt::format("{} was there just now, and is gone", item.path));
  if (!fd) throw_errno("open", item.path);
  return fd;
}

/// The item's bytes on their way through a digest.
class Verifier {
public:
  explicit Verifier(const SourceItem& item) : item_(item) {}
  void add(std::string_view bytes) { digest_.update(bytes); }

  void check() {
    SourceKey found = SourceKey::make(item_.key.type(), digest_.finish());
    if (found == item_.key) return;
    Error error(ErrorKind::failed, "source.corrupt",
                fmt::format("{} is damaged: its content is that of {}, expected {}", item_.path,
                            found.str(), item_.key.str()));
    error.advise({.text = "It counts as missing from now on: whatever fetches it brings it again. "
                          "To mend it from the addresses that gave it",
                  .verb = "source",
                  .args = {"verify", "--repair", item_.key.str()}});
    throw error;
  }

  /// Runs `read`, which shows all bytes to add() also when their content is refused.
  template <typename Read> void check_around(const Read& read) {
    try {
      read();
    } catch (const Error& error) {
      bool is_about_content =
          error.kind() != ErrorKind::interrupted && error.code() != "archive.module" &&
          (error.code().starts_with("archive.") || error.code().starts_with("source."));
      if (is_about_content) check();
      throw;
    }
    check();
  }

private:
  const SourceItem& item_;
  Sha256 digest_;
};

void unpack_packed(const SourceItem& item, const Dir& target, std::optional<int> strip,
                   const std::stop_token& stop) {
  Fd fd = open_item(item);
  Verifier verifier(item);
  auto seen = [&](std::string_view bytes) { verifier.add(bytes); };
  UnpackOptions options{.kind = {}, .strip = strip, .limits = {}, .seen = seen};
  for (ArchiveKind kind : {ArchiveKind{ArchiveFormat::tar, ArchiveCompression::none},
                           ArchiveKind{ArchiveFormat::tar, ArchiveCompression::gzip},
                           ArchiveKind{ArchiveFormat::tar, ArchiveCompression::bzip2},
                           ArchiveKind{ArchiveFormat::tar, ArchiveCompression::xz},
                           ArchiveKind{ArchiveFormat::tar, ArchiveCompression::zstd},
                           ArchiveKind{ArchiveFormat::zip, ArchiveCompression::none}})
    if (archive_kind_name(kind) == source_type_text(item.key.type())) options.kind = kind;
  verifier.check_around([&] { unpack_archive(fd.get(), item.key.str(), target, options, stop); });
}

void unpack_stream(const SourceItem& item, const Dir& target, const std::stop_token& stop) {
  Fd fd = open_item(item);
  Verifier verifier(item);
  auto seen = [&](std::string_view bytes) { verifier.add(bytes); };
  verifier.check_around([&] {
    unpack_dir_stream(fd.get(), item.key.str(), target, {.limits = {}, .seen = seen}, stop);
  });
}

void unpack_pack(const SourceItem& item, const Dir& target) {
  std::string bytes = read_all(open_item(item).get(), kLargestPack, item.path);
  Verifier verifier(item);
  verifier.add(bytes);
  verifier.check();
  for (const auto& [name, content] : read_hitpack(bytes)) {
    Dir dir = target.make_dirs(parent_path(name));
    Fd file = dir.open_file(base_name(name), O_WRONLY | O_CREAT | O_EXCL, 0644);
    write_all(file.get(), content, join_path(target.path(), name));
  }
}

void unpack_file(const SourceItem& item, const Dir& target, const std::string& name,
                 const std::stop_token& stop) {
  Fd fd = open_item(item);
  Fd out = target.open_file(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
  Verifier verifier(item);
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped",
                  fmt::format("unpacking {} was stopped", item.key.str()));
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", item.path);
    if (got == 0) break;
    std::string_view piece = std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
    verifier.add(piece);
    write_all(out.get(), piece, join_path(target.path(), name));
  }
  verifier.check();
}

} // namespace

void unpack_item(const SourceItem& item, const Dir& target, const ItemUnpacking& how,
                 const std::stop_token& stop) {
  SourceType type = item.key.type();
  if (is_archive(type)) return unpack_packed(item, target, how.strip, stop);
  if (how.strip.value_or(0) != 0)
    throw Error(
        ErrorKind::usage, "source.strip",
        fmt::format("{} has no leading directories to strip, only archives have", item.key.str()));
  if (type == SourceType::dir) return unpack_stream(item, target, stop);
  if (type == SourceType::files) return unpack_pack(item, target);
  return unpack_file(item, target, how.file_name, stop);
}

} // namespace hdist
