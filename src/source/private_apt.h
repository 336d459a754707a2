// private_apt.h: apt with a state of its own, for reading the indexes of source packages.
#pragma once

#include "source/deb_index.h"
#include "source/deb_source.h"

#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// What apt-get --print-uris prints: 'URL' FILE SIZE SHA256:hex. It prints only the strongest
/// digest that the index has, so that of SHA-256 may be missing.
struct AptRow {
  std::string url;
  std::string file;
  int64_t size_bytes = -1;
  std::string sha256_hex;
};
std::optional<AptRow> parse_apt_row(std::string_view line);

/// What apt's complaints come down to, one line: "http://h/dists/x/InRelease: Could not resolve
/// 'h'; ..."; "" when they say nothing.
std::string apt_complaint(const std::string& standard_error);

/// When a job must be over, and who may end it earlier.
struct Deadline {
  std::chrono::steady_clock::time_point time;
  std::stop_token stop;
  double left_s() const; // at least a little
};

/// Used by one process at a time: the caller holds a claim on the state.
class PrivateApt {
public:
  explicit PrivateApt(const DebOptions& options) : options_(options) {}
  /// Writes configuration and list of sources. Errors "debsrc.no-apt", "debsrc.no-sources".
  void prepare();
  /// The lists are of these sources and young enough.
  bool is_fresh() const;
  /// Reads the indexes. What failed although some lists are there, as text; Error
  /// "debsrc.update-failed" when there are none.
  std::string update(const Deadline& deadline);
  /// Versions of a source package, as apt lists them; none when it is unknown.
  std::vector<std::string> versions(const std::string& package, const Deadline& deadline) const;
  /// The files of PACKAGE or PACKAGE=VERSION; none when apt cannot say.
  std::vector<AptRow> rows(const std::string& package, const Deadline& deadline) const;
  /// The file as the paragraphs of the indexes list it, with its SHA-256.
  std::vector<DebListed> listed(const DebAddress& address, const Deadline& deadline) const;

private:
  struct Answer {
    bool ok = false;
    std::string output;
    std::string complaint; // what stderr comes down to; else how it ended
  };
  Answer ask(const std::string& program, const std::vector<std::string>& words,
             const Deadline& deadline) const;

  const std::string& described(const std::string& package, const Deadline& deadline) const;
  const DebOptions& options_;
  mutable std::map<std::string, std::string> described_; // packages that apt was asked about
  std::string sources_;
};

} // namespace hdist
