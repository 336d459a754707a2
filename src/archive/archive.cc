#include "archive/archive.h"

#include <algorithm>
#include <array>

namespace hdist {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  ArchiveKind kind;
};

constexpr std::array kMagics = {
    Magic{"\x1f\x8b\x08"sv, {ArchiveFormat::tar, ArchiveCompression::gzip}},
    Magic{"BZh"sv, {ArchiveFormat::tar, ArchiveCompression::bzip2}},
    Magic{"\xfd\x37zXZ\0"sv, {ArchiveFormat::tar, ArchiveCompression::xz}},
    Magic{"\x28\xb5\x2f\xfd"sv, {ArchiveFormat::tar, ArchiveCompression::zstd}},
    Magic{"PK\3\4"sv, {ArchiveFormat::zip, ArchiveCompression::none}},
    Magic{"PK\5\6"sv, {ArchiveFormat::zip, ArchiveCompression::none}}, // without members
};

constexpr std::size_t kBlock = 512;

/// POSIX ustar, section "ustar Interchange Format": the sum of all bytes of the header, its own
/// field as blanks.
bool has_tar_checksum(std::string_view block) {
  constexpr std::size_t kChecksumAt = 148;
  constexpr std::size_t kChecksumSize = 8;
  uint32_t expected = 0;
  for (char c : block.substr(kChecksumAt, kChecksumSize))
    if (c >= '0' && c <= '7') expected = expected * 8 + static_cast<uint32_t>(c - '0');
  uint32_t sum = kChecksumSize * ' ';
  for (std::size_t i = 0; i < kBlock; ++i)
    if (i < kChecksumAt || i >= kChecksumAt + kChecksumSize)
      sum += static_cast<unsigned char>(block[i]);
  return sum == expected;
}

bool is_tar(std::string_view bytes) {
  if (bytes.size() < kBlock) return false;
  std::string_view block = bytes.substr(0, kBlock);
  bool is_end_mark = block.find_first_not_of('\0') == std::string_view::npos;
  return is_end_mark || has_tar_checksum(block);
}

} // namespace

std::optional<ArchiveKind> archive_kind_of(std::string_view first_bytes) {
  for (const Magic& magic : kMagics)
    if (first_bytes.starts_with(magic.bytes)) return magic.kind;
  if (is_tar(first_bytes)) return ArchiveKind{};
  return std::nullopt;
}

std::string archive_kind_name(const ArchiveKind& kind) {
  if (kind.format == ArchiveFormat::zip) return "zip";
  switch (kind.compression) {
  case ArchiveCompression::gzip:
    return "tar.gz";
  case ArchiveCompression::bzip2:
    return "tar.bz2";
  case ArchiveCompression::xz:
    return "tar.xz";
  case ArchiveCompression::zstd:
    return "tar.zst";
  case ArchiveCompression::none:
    break;
  }
  return "tar";
}

std::optional<std::string> safe_entry_path(std::string_view name) {
  if (name.starts_with('/') || name.find('\0') != std::string_view::npos) return std::nullopt;
  std::string result;
  while (!name.empty()) {
    std::size_t end = std::min(name.find('/'), name.size());
    std::string_view part = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (part == "..") return std::nullopt;
    if (part.empty() || part == ".") continue;
    if (!result.empty()) result += '/';
    result += part;
  }
  if (result.empty()) return std::nullopt;
  return result;
}

} // namespace hdist
