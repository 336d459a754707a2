// archive.h: list and unpack archives safely (no escape, no device, limits). Works through a module
// loaded on first use.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// Exactly one format and one compression are enabled; a file of another kind is an error, never
/// guessed around.
enum class ArchiveFormat { tar, zip };
enum class ArchiveCompression { none, gzip, bzip2, xz, zstd };

struct ArchiveKind {
  ArchiveFormat format = ArchiveFormat::tar;
  ArchiveCompression compression = ArchiveCompression::none;
};

/// "tar.gz", "zip": the types of source keys (DESIGN.md 4).
std::string archive_kind_name(const ArchiveKind& kind);

/// By the first bytes (at least 512 are wanted); nullopt when it is none we know.
std::optional<ArchiveKind> archive_kind_of(std::string_view first_bytes);

struct UnpackLimits {
  int64_t bytes = int64_t{64} << 30; // of content in all
  int64_t entries = 5'000'000;
  int64_t path_bytes = 4096;
};

struct UnpackOptions {
  ArchiveKind kind;
  /// Components cut from every entry; nullopt: the common leading directories of all entries,
  /// shortened until every entry fits.
  std::optional<int> strip;
  UnpackLimits limits;
  /// Sees every byte of the archive file, in order and all of them also after the last entry; for
  /// the digest.
  std::function<void(std::string_view)> seen;
};

struct UnpackReport {
  int64_t entries = 0;
  int64_t bytes = 0;
};

/// Pure rules, also used by tests: a safe relative path ("a/./b//c" -> "a/b/c"); nullopt for
/// absolute, "..", NUL, or empty.
std::optional<std::string> safe_entry_path(std::string_view name);
/// The number of leading components that all paths share as directories, so that every entry keeps
/// at least a last component. Entries that are directories do not count but must fit
/// (docs/source-format.md).
int common_components(std::span<const std::string> file_paths,
                      std::span<const std::string> directory_paths);

/// Unpacks the archive in `fd` (seekable, from offset 0) below the empty directory `target`: files,
/// directories, symlinks, hard links to earlier entries. Refuses (Error refused
/// "archive.unsafe-path" / "archive.unsafe-entry"): absolute or climbing paths, paths that pass
/// through a symlink, devices, FIFOs; drops set-id bits; a file, then again: the later entry wins.
/// Errors: "archive.invalid" (truncated, wrong CRC, not of this kind), "archive.too-large". Modes:
/// files 0644 or 0755, directories 0755, times kept.
UnpackReport unpack_archive(int fd, std::string_view name, const Dir& target,
                            const UnpackOptions& options, std::stop_token stop = {});

/// Reads the whole archive without writing: member names in order. Same errors.
std::vector<std::string> list_archive(int fd, std::string_view name, const ArchiveKind& kind,
                                      const UnpackLimits& limits = {});

/// Folder of the modules ("<prefix>/lib/hdist"); found relative to the executable unless set (tests
/// set it).
void set_archive_module_dir(std::string dir);

} // namespace hdist
