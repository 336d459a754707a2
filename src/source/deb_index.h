// deb_index.h: the indexes of a Debian archive and deb-src: addresses, as text and values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// PACKAGE[=VERSION]/FILE
struct DebAddress {
  std::string package;
  std::string version; // may be empty
  std::string file;
};
/// Of what follows "deb-src:". Error usage "debsrc.bad-address".
DebAddress parse_deb_address(const std::string& text);

struct DebIndexFile {
  std::string sha256_hex;
  int64_t size_bytes = 0;
};
struct DebRelease {
  std::map<std::string, DebIndexFile> files; // with their SHA-256, by path
  std::string valid_until;                   // as it is written; "": for ever
  bool has_by_hash = false;                  // each is also below by-hash/SHA256/
};
DebRelease parse_release(std::string_view text);
/// "Sat, 30 Nov 2024 12:00:00 UTC", as seconds since the epoch; nullopt: it is no such time.
std::optional<int64_t> parse_release_time(const std::string& text);
/// May stand below an archive's address: "bookworm", "updates/main"; nothing that climbs.
bool is_archive_path(const std::string& path);

/// A file of a source package, as a paragraph of a Sources index has it.
struct DebListed {
  std::string version;
  std::string directory; // below the archive's address; never climbs
  DebIndexFile file;
};
/// What a paragraph says of the file; nullopt when it is about something else.
std::optional<DebListed> listed_in(std::string_view paragraph, const DebAddress& address);

/// Cuts a Sources index into its paragraphs.
class Paragraphs {
public:
  using Take = std::function<void(std::string_view paragraph)>;
  explicit Paragraphs(Take take) : take_(std::move(take)) {}
  /// Error failed "debsrc.bad-index" where a paragraph has no end.
  void feed(std::string_view bytes);
  void finish();

private:
  Take take_;
  std::string rest_;
};

} // namespace hdist
