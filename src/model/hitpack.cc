#include "model/hitpack.h"

#include "base/error.h"
#include "base/text.h"
#include "model/safe_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

namespace hdist {
namespace {

constexpr std::string_view kMagic = "HDSTPCK1";
constexpr std::size_t kLengths = 8; // of name and of content, 32 bits each

void append_u32(std::string& out, std::size_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((number >> shift) & 0xffU);
}

std::size_t read_u32(std::string_view bytes) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return number;
}

Error invalid_pack(const std::string& why) {
  return {ErrorKind::usage, "hitpack.invalid", "this is no valid pack of files: " + why};
}

/// Empty when `name` can stand in a pack beside the names in `seen`.
std::string what_is_wrong(const std::string& name, std::set<std::string>& seen) {
  if (!is_safe_relative_path(name))
    return fmt::format("\"{}\" is no relative path without '.' and '..'", printable(name));
  if (!seen.insert(name).second) return fmt::format("\"{}\" is there twice", printable(name));
  return {};
}

} // namespace

std::string write_hitpack(PackFiles files) {
  std::sort(files.begin(), files.end());
  std::set<std::string> seen;
  std::string out(kMagic);
  for (const auto& [name, content] : files) {
    std::string wrong = what_is_wrong(name, seen);
    if (wrong.empty() && content.size() > std::numeric_limits<uint32_t>::max())
      wrong = fmt::format("\"{}\" is larger than 4 GiB", printable(name));
    if (!wrong.empty())
      throw Error(ErrorKind::usage, "hitpack.file", "cannot make a pack of these files: " + wrong);
    append_u32(out, name.size());
    append_u32(out, content.size());
    out += name;
    out += content;
  }
  return out;
}

PackFiles read_hitpack(std::string_view bytes) {
  if (!bytes.starts_with(kMagic))
    throw invalid_pack(fmt::format("it does not start with {}", kMagic));
  bytes.remove_prefix(kMagic.size());
  PackFiles files;
  std::set<std::string> seen;
  while (!bytes.empty()) {
    if (bytes.size() < kLengths) throw invalid_pack("it ends within the header of a file");
    std::size_t name_size = read_u32(bytes);
    std::size_t content_size = read_u32(bytes.substr(4));
    bytes.remove_prefix(kLengths);
    if (bytes.size() < name_size || bytes.size() - name_size < content_size)
      throw invalid_pack("it ends within a file");
    std::string name(bytes.substr(0, name_size));
    if (std::string wrong = what_is_wrong(name, seen); !wrong.empty()) throw invalid_pack(wrong);
    files.emplace_back(std::move(name), std::string(bytes.substr(name_size, content_size)));
    bytes.remove_prefix(name_size + content_size);
  }
  return files;
}

SourceKey hitpack_key(std::string_view bytes) {
  return SourceKey::make(SourceType::files, sha256(bytes));
}

} // namespace hdist
