#include "config/paths.h"

#include "base/dir.h"
#include "base/error.h"
#include "data/digest.h"

#include <fmt/format.h>

#include <sys/statvfs.h>
#include <unistd.h>

namespace hdist {

std::string program_in(const std::string& prefix, const Brand& brand) {
  return fmt::format("{}/lib/{}/{}", prefix, brand.program, brand.program);
}

Paths find_paths(const Config& config, const std::string& executable) {
  Paths paths;
  paths.program = executable;
  paths.modules = parent_path(executable);
  paths.supervise = paths.modules + "/supervise";
  std::string prefix = parent_path(parent_path(paths.modules));
  std::string data = fmt::format("{}/share/{}", prefix, base_name(paths.modules));
  paths.packages = data + "/packages";
  paths.collections = data + "/collections";
  paths.shell = data + "/shell";
  paths.schemas = data + "/schemas";
  if (config.brand().has_default_stack) paths.default_stack = data + "/stack.yaml";
  paths.root = config.root();
  paths.cache = paths.root + "/cache";
  paths.logs = paths.root + "/logs";
  paths.dead_hosts = paths.cache + "/dead-hosts";
  paths.host_cache = paths.cache + "/host.json";
  paths.apt_state = paths.cache + "/apt";
  return paths;
}

namespace {

constexpr int64_t kRoomForBuilds = int64_t{2} << 30; // less is noticed (DESIGN.md 17)

bool fit_for_builds(const std::string& directory) {
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return false;
  bool runs_programs = (info.f_flag & ST_NOEXEC) == 0;
  bool has_room =
      static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize) >= kRoomForBuilds;
  return runs_programs && has_room && access(directory.c_str(), W_OK | X_OK) == 0;
}

/// /tmp is everybody's: a directory that somebody else has put at our name is not used.
std::string make_private(const std::string& parent, const std::string& name) {
  Dir dir = Dir::create(parent);
  (void)dir.make_new_dir(name, 0700);
  Dir made = dir.open_dir(name);
  struct stat info {};
  if (fstat(made.fd(), &info) != 0) throw_errno("fstat", made.path());
  if (info.st_uid != geteuid())
    throw Error(
        ErrorKind::refused, "config.foreign-temp",
        fmt::format(
            "the directory for builds {} belongs to user {}; set [builder] temp to one of your own",
            made.path(), info.st_uid));
  dir.set_mode(name, 0700);
  return join_path(parent, name);
}

} // namespace

std::string temp_name(const Paths& paths, const std::string& word) {
  return fmt::format("{}-{}-{}", base_name(paths.modules), geteuid(), word);
}

std::string make_temp_dir(const std::string& configured, const std::string& tmpdir,
                          const Paths& paths) {
  if (!configured.empty()) return Dir::create(configured).path();
  // One for each root: what one of them keeps of failed builds is not the other's to remove.
  constexpr std::size_t kHash = 12;
  const std::string name = temp_name(paths, sha256(paths.root).base32().substr(0, kHash));
  for (const std::string& candidate : {tmpdir, std::string("/tmp")}) {
    if (!candidate.starts_with('/') || !fit_for_builds(candidate)) continue;
    try {
      return make_private(candidate, name);
    } catch (const Error&) { // somebody has put something else there: not a reason to build nothing
      continue;
    }
  }
  return make_private(paths.root, "tmp");
}

} // namespace hdist
