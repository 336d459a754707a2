// deb_mirror.h: where a Debian archive at a configured address keeps a file of a source package;
// for hosts without apt.
#pragma once

#include "base/log.h"
#include "source/deb_index.h"
#include "source/deb_source.h"
#include "source/download.h"
#include "source/in_flight.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hdist {

struct DebMirrorOptions {
  std::string address; // what has dists/ and pool/ in it; "": none
  std::vector<std::string> suites;
  std::vector<std::string> components = {"main"};
  /// Keys of which one must have signed the indexes; "": those that the host has for its archive.
  std::string keyring;
  std::vector<std::string> host_keyrings = {"/usr/share/keyrings/debian-archive-keyring.gpg",
                                            "/usr/share/keyrings/debian-archive-keyring.pgp",
                                            "/usr/share/keyrings/ubuntu-archive-keyring.gpg"};
  bool check_signature = true;
  bool check_valid_until = true;
  std::string program_path = "/usr/bin:/bin:/usr/local/bin"; // where gpgv is looked for
  std::string state_dir;                                     // indexes, below the cache
  std::chrono::seconds keep_release{86'400};                 // then it is read again
};

/// Thread-safe. The indexes are compared with the digests of the Release file, whose signature and
/// time are looked at first.
class DebMirror {
public:
  DebMirror(DebMirrorOptions options, Downloader& downloader, Events& events);
  /// `text` is what follows "deb-src:". Error failed "debsrc.*" with the reason, or interrupted.
  DebFile find(const std::string& text, Patience patience, const Lane& lane);

private:
  struct Visit;
  class Unfinished;
  std::string read(const std::string& place, int64_t limit_bytes, Visit& visit);
  DebRelease release(const std::string& suite, Visit& visit);
  std::string signed_release(const std::string& suite, Visit& visit);
  bool is_over(const DebRelease& release) const;
  void check_time(const DebRelease& release, const std::string& suite) const;
  std::string sources(const std::string& suite, const std::string& component, Visit& visit);
  std::optional<HttpFailure> read_index(const std::string& place, const DebIndexFile& file,
                                        Unfinished& packed, Visit& visit);
  std::string bring(const std::string& suite, const std::string& path, const DebRelease& release,
                    Visit& visit);
  DebFile look(const DebAddress& address, const std::string& text, Visit& visit);
  bool look_in(const std::string& suite, const std::string& component, const DebAddress& address,
               DebFile& file, Visit& visit);
  bool read_kept(const std::string& name, const DebAddress& address, DebFile& file,
                 const Visit& visit) const;

  DebMirrorOptions options_;
  Downloader& downloader_;
  Events& events_;
  InFlight in_flight_; // one thread at a time
  std::map<std::string, DebFile> known_;
  std::set<std::string> read_; // suites whose Release file was read in this run
};

} // namespace hdist
