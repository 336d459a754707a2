#include "source/item_place.h"

#include <fmt/format.h>

#include <array>

namespace hdist {

// `files` holds hit-packs, as in HashDist; so single files lie with the archives, and no digest of
// one type can meet an item of another.
std::string item_directory(SourceType type) {
  if (type == SourceType::files) return "files";
  if (type == SourceType::dir) return "dirs";
  if (type == SourceType::git) return "commits";
  return fmt::format("packs/{}", source_type_text(type));
}

std::string item_place(const SourceKey& key) {
  return fmt::format("{}/{}", item_directory(key.type()), key.digest());
}

std::span<const SourceType> types_of_bytes() {
  static constexpr std::array<SourceType, 7> kTypes{
      SourceType::tar_gz, SourceType::tar_bz2, SourceType::tar_xz, SourceType::tar_zst,
      SourceType::tar,    SourceType::zip,     SourceType::file};
  return kTypes;
}

} // namespace hdist
