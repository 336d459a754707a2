// A tool is identified by the package that owns the program's file after all links: /usr/bin/cc is
// a link of the alternatives system to gcc, that one to gcc-12, and the package gcc-12 owns what is
// really run. What the links say is not hashed: the same compiler under another name is the same
// compiler. Programs that no package owns (a site's, a ccache or pyenv shim, one's own build) are
// identified by their digest. The program to call stays the path that was found, since some look at
// their own name.
#include "host/host.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "data/digest.h"
#include "data/fields.h"
#include "data/json.h"
#include "host/cpu_level.h"
#include "host/dpkg.h"
#include "host/libc_name.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fcntl.h>
#include <map>
#include <utility>

namespace hdist {
namespace {

constexpr int kCacheVersion = 1;
/// A file that changed this recently may change again within one tick of its time stamp.
constexpr int64_t kTooYoungS = 2;

/// Tells a file from what it was: equal stamps, equal content.
struct Stamp {
  std::string text; // "" when there is no such file
  int64_t modified_s = 0;
};

Stamp stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {fmt::format("{}:{}:{}:{}.{:09}", info.st_dev, info.st_ino, info.st_size,
                      info.st_mtim.tv_sec, info.st_mtim.tv_nsec),
          info.st_mtim.tv_sec};
}

/// Of all that decides who owns a file. The lists change only together with the status file.
Stamp database_stamp(const std::string& dpkg_dir) {
  if (dpkg_dir.empty()) return {};
  Stamp status = stamp_of(join_path(dpkg_dir, "status"));
  Stamp diversions = stamp_of(join_path(dpkg_dir, "diversions"));
  return {status.text + "/" + diversions.text, std::max(status.modified_s, diversions.modified_s)};
}

bool is_old_enough(const Stamp& stamp) {
  return stamp.modified_s < time(nullptr) - kTooYoungS;
}

const std::vector<std::string>& programs_of(const std::string& role) {
  static const std::map<std::string, std::vector<std::string>> usual{
      {"cc", {"cc", "gcc", "clang"}}, {"cxx", {"c++", "g++", "clang++"}}, {"fc", {"gfortran"}}};
  static const std::vector<std::string> none;
  auto found = usual.find(role);
  return found == usual.end() ? none : found->second;
}

Error no_tool(const std::string& role, const std::vector<std::string>& programs,
              const std::string& where) {
  std::string names = join(programs, ", ");
  std::string what = role == programs.front() ? "" : fmt::format(" (for the role {})", role);
  Error error(
      ErrorKind::usage, "host.no-tool",
      fmt::format("this machine has no program {}{}; looked in {}", printable(names), what, where));
  error.advise({.text = fmt::format(
                    "Install {} with the system's package manager, or name the program to use.",
                    printable(programs.front())),
                .verb = "",
                .args = {}});
  return error;
}

std::string digest_identity(const std::string& real) {
  Fd file = Dir::open(parent_path(real)).open_file(base_name(real), O_RDONLY);
  return "sha256/" + sha256_of_fd(file.get(), real).base32();
}

struct Known {
  std::string stamp;
  std::string database;
  std::string identity;
};

std::map<std::string, Known> read_cache(const std::string& file) {
  std::map<std::string, Known> known;
  // A cache that cannot be read, whatever the reason, is an empty cache.
  try {
    std::optional<Dir> dir = Dir::open_if_exists(parent_path(file));
    std::optional<std::string> text =
        dir ? dir->read_file_if_exists(base_name(file)) : std::nullopt;
    if (!text) return known;
    Document document = read_json(file, *std::move(text));
    Fields fields(document, document.root, "");
    if (fields.integer_or("version", 0) != kCacheVersion) return known;
    const Value::Map* programs = fields.map("programs");
    for (const auto& [path, value] : programs != nullptr ? *programs : Value::Map{}) {
      Fields entry(document, value, path);
      known[path] = {entry.text("stamp"), entry.text("database"), entry.text("identity")};
    }
  } catch (const Error&) {
    return {};
  }
  return known;
}

std::string cache_text(const std::map<std::string, Known>& known) {
  Value::Map programs;
  for (const auto& [path, entry] : known) {
    if (!is_valid_utf8(path)) continue;
    Value value = Value::map();
    value.set("stamp", entry.stamp);
    value.set("database", entry.database);
    value.set("identity", entry.identity);
    programs.emplace_back(path, std::move(value));
  }
  Value root = Value::map();
  root.set("version", kCacheVersion);
  root.set("programs", std::move(programs));
  return pretty_json(root);
}

} // namespace

Platform machine_platform() {
  utsname names{};
  uname(&names);
  Platform platform{to_lower(names.sysname), names.machine, machine_cpu_level(), machine_libc()};
  // What programs are made for: the kernel may be of a wider kind than the system that runs on it.
#if defined(__x86_64__)
  platform.arch = "x86_64";
#elif defined(__aarch64__)
  platform.arch = "aarch64";
#endif
  return platform;
}

Platform default_platform() {
  Platform platform = machine_platform();
  platform.cpu = baseline_cpu_level();
  return platform;
}

struct Host::State {
  HostOptions options;
  std::map<std::string, Known> cache; // as in the file, and what may be written to it
  std::map<std::string, std::optional<DpkgPackage>> owners; // of this run
  std::map<std::string, std::string> identities;            // of this run
  Stamp database;
  bool changed = false;

  std::optional<std::string> find(const std::string& program) const {
    return find_program(program, options.search_path);
  }

  /// Searching the database for one path costs as much as for all, and who asks for one tool soon
  /// asks for the others.
  void look_up_owners(const std::string& real) {
    constexpr std::array<const char*, 12> kUsual{"cc",       "gcc",     "g++",  "c++",
                                                 "gfortran", "make",    "bash", "perl",
                                                 "cmake",    "python3", "m4",   "pkg-config"};
    std::vector<std::string> paths{real};
    for (const char* program : kUsual)
      if (std::optional<std::string> path = find(program))
        if (std::optional<std::string> other = real_path_if_exists(*path))
          if (*other != real && !owners.contains(*other)) paths.push_back(*other);
    std::vector<std::optional<DpkgPackage>> found = dpkg_owners(options.dpkg_dir, paths);
    for (std::size_t i = 0; i < paths.size(); ++i)
      owners[paths[i]] = found[i];
  }

  std::string identify(const std::string& real) {
    if (!options.dpkg_dir.empty() && !owners.contains(real)) look_up_owners(real);
    const std::optional<DpkgPackage>& package = owners[real];
    if (!package) return digest_identity(real);
    return fmt::format("dpkg/{}={}:{}", package->name, package->version, package->architecture);
  }

  const std::string& identity_of(const std::string& real) {
    if (auto known = identities.find(real); known != identities.end()) return known->second;
    Stamp stamp = stamp_of(real);
    auto cached = cache.find(real);
    if (cached != cache.end() && cached->second.stamp == stamp.text &&
        cached->second.database == database.text && !cached->second.identity.empty())
      return identities[real] = cached->second.identity;
    std::string identity = identify(real);
    bool lasting = is_old_enough(stamp) && is_old_enough(database);
    if (lasting) cache[real] = {stamp.text, database.text, identity};
    changed = changed || lasting;
    return identities[real] = std::move(identity);
  }

  HostTool describe(const std::string& role, const std::string& program) {
    return {role, program, identity_of(real_path(program))};
  }
};

Host::Host(HostOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->database = database_stamp(state_->options.dpkg_dir);
  if (!state_->options.cache_file.empty()) state_->cache = read_cache(state_->options.cache_file);
}

Host::~Host() = default;

HostTool Host::tool(const std::string& role, const std::string& program) {
  bool absolute = program.starts_with('/');
  if (program.empty() || (!absolute && program.find('/') != std::string::npos))
    throw Error(
        ErrorKind::usage, "host.program",
        fmt::format("\"{}\" cannot be the program for {}: expected a name or an absolute path",
                    printable(program), printable(role)));
  std::optional<std::string> path = state_->find(program);
  if (!path)
    throw no_tool(role, {program}, absolute ? parent_path(program) : state_->options.search_path);
  return state_->describe(role, *path);
}

HostTool Host::tool(const std::string& role) {
  const std::vector<std::string>& programs = programs_of(role);
  if (programs.empty()) return tool(role, role);
  for (const std::string& program : programs)
    if (std::optional<std::string> path = state_->find(program))
      return state_->describe(role, *path);
  throw no_tool(role, programs, state_->options.search_path);
}

void Host::save_cache() {
  if (!state_->changed || state_->options.cache_file.empty()) return;
  const std::string& file = state_->options.cache_file;
  // What cannot be saved (a read-only home) is computed again the next time; nothing is wrong.
  try {
    Dir::create(parent_path(file)).write_file(base_name(file), cache_text(state_->cache));
    state_->changed = false;
  } catch (const Error&) {
    return;
  }
}

} // namespace hdist
