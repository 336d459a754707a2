// apt_sources.h: the package archives that a Debian-like system knows, as a list of sources for
// apt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// One archive: where, and what of apt's options decides whom it trusts.
struct AptArchive {
  std::string uri;
  std::string suite;
  std::vector<std::string> components;                      // none when the suite ends in '/'
  std::vector<std::pair<std::string, std::string>> options; // fields of deb822: name, value
  friend bool operator==(const AptArchive&, const AptArchive&) = default;
};

/// sources.list(5), both formats. Entries of binary packages count too: their archives mostly have
/// sources. `apt_dir` is where relative key rings lie. What apt would refuse is left out.
std::vector<AptArchive> parse_one_line_sources(std::string_view text, const std::string& apt_dir);
std::vector<AptArchive> parse_deb822_sources(std::string_view text, const std::string& apt_dir);

/// All of sources.list and sources.list.d.
std::vector<AptArchive> read_apt_archives(const std::string& apt_dir);
/// A deb822 text with deb-src entries only, each (URI, suite, component) once.
std::string deb_src_text(const std::vector<AptArchive>& archives);

} // namespace hdist
