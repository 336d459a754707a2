#include "host/libc_name.h"

#include "base/dir.h"
#include "base/text.h"

#include <algorithm>
#include <vector>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

namespace hdist {
namespace {

/// "1.2.3": musl is at 1 since 2014.
bool is_musl_version(std::string_view text) {
  constexpr std::size_t kLongest = 12;
  if (text.size() > kLongest || !text.starts_with("1.")) return false;
  std::vector<std::string> parts = split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
         });
}

} // namespace

std::optional<std::string> musl_version_in(std::string_view loader_bytes) {
  while (!loader_bytes.empty()) {
    std::size_t end = loader_bytes.find('\0');
    std::string_view text = loader_bytes.substr(0, end);
    if (is_musl_version(text)) return std::string(text);
    if (end == std::string_view::npos) break;
    loader_bytes.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::optional<std::string> musl_in(const std::string& lib) {
  std::optional<Dir> dir = Dir::open_if_exists(lib);
  if (!dir) return std::nullopt;
  for (const Entry& entry : dir->list()) {
    if (!entry.name.starts_with("ld-musl-")) continue;
    // Usually a link to libc.so: resolved here, because Dir follows none.
    std::optional<std::string> loader = real_path_if_exists(join_path(lib, entry.name));
    if (!loader) continue;
    std::string bytes = Dir::open(parent_path(*loader)).read_file(base_name(*loader));
    if (std::optional<std::string> version = musl_version_in(bytes)) return "musl-" + *version;
  }
  return std::nullopt;
}

std::string machine_libc() {
#if defined(__GLIBC__)
  return std::string("glibc-") + gnu_get_libc_version();
#else
  return musl_in("/lib").value_or("unknown");
#endif
}

} // namespace hdist
