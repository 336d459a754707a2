// paths.h: where this program's own parts and its working directories lie, for a user without root.
#pragma once

#include "config/config.h"

#include <string>

namespace hdist {

/// All absolute. Nothing is made here.
struct Paths {
  std::string program;     // the program proper (not the launching stage), links resolved
  std::string modules;     // its directory, <prefix>/lib/<name>: modules and the supervisor, too
  std::string supervise;   // <prefix>/lib/<name>/supervise
  std::string packages;    // <prefix>/share/<name>/packages: the recipes installed with the program
  std::string shell;       // <prefix>/share/<name>/shell: start-up files of interactive shells
  std::string schemas;     // <prefix>/share/<name>/schemas: of every document
  std::string collections; // <prefix>/share/<name>/collections: a brand's own, each a directory
  std::string default_stack; // <prefix>/share/<name>/stack.yaml: a brand's; "" when it has none
  std::string root;          // the hdist root
  std::string cache;         // <root>/cache
  std::string logs;          // <root>/logs: of failed builds
  std::string dead_hosts;    // <root>/cache/dead-hosts
  std::string host_cache;    // <root>/cache/host.json
  std::string apt_state;     // <root>/cache/apt
};

/// `executable` is what /proc/self/exe says: <prefix>/lib/<name>/<name>.
std::string program_in(const std::string& prefix, const Brand& brand);
Paths find_paths(const Config& config, const std::string& executable);

/// Where builds are made: `configured` when it is not empty, else a directory of this user and root
/// alone in TMPDIR or /tmp when programs may run there, 2 GiB are free and nobody else has taken
/// its name, else <root>/tmp. Makes it, mode 0700; Error when it cannot or is not one's own.
std::string make_temp_dir(const std::string& configured, const std::string& tmpdir,
                          const Paths& paths);

/// Of that directory in TMPDIR or /tmp, without the word that a root has for itself when that is
/// "".
std::string temp_name(const Paths& paths, const std::string& word);

} // namespace hdist
