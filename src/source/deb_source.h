// deb_source.h: where the host distribution's source archive keeps a file, asked through apt with a
// private state.
#pragma once

#include "base/log.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct DebFile {
  std::vector<std::string> urls; // of the same content, in order; not empty
  std::string file;
  int64_t size_bytes = -1;
  std::string sha256_hex; // as the signed index says; "": it has none, so nothing vouches for them
};

struct DebOptions {
  std::string state_dir;            // private apt state, below the cache; kept for a day
  std::string apt_dir = "/etc/apt"; // where the system's list of sources is read
  std::string apt_get = "/usr/bin/apt-get";
  std::string apt_cache = "/usr/bin/apt-cache";
  std::chrono::seconds time_limit{60};     // of one find()
  std::chrono::seconds keep_state{86'400}; // then the lists are read again
};

/// Thread-safe. The system's apt state is only read, no root is needed.
class DebSources {
public:
  DebSources(DebOptions options, Events& events);
  ~DebSources();
  /// `text` is what follows "deb-src:": PACKAGE[=VERSION]/FILE. Throws Error failed "debsrc.*" with
  /// the reason.
  DebFile find(const std::string& text, const std::stop_token& stop = {});

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
