#include "build/job_env.h"

#include "base/error.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

// Part of the hash rule: a change of one of these is a new version of it (docs/hash-rules.md).
constexpr const char* kLocale = "C.UTF-8";
constexpr const char* kTimeZone = "UTC";
constexpr const char* kSourceDate = "315532800"; // 1980-01-01: the earliest date of a zip archive

constexpr std::size_t kDepth = 8; // directories between an artifact and a file in it
constexpr std::size_t kRoom = 64; // in case that a recipe's own entries come to it
constexpr std::string_view kPaddingStart = "/hdist-run-path-padding/";

void set_imports(Env& env, const std::vector<JobImport>& imports) {
  std::vector<std::string> ids;
  std::vector<std::string> paths;
  for (const JobImport& import : imports) {
    ids.push_back(import.id);
    paths.push_back(import.path);
    if (!import.ref) continue;
    env.set(*import.ref + "_DIR", import.path);
    env.set(*import.ref + "_ID", import.id);
  }
  env.set("HDIST_IMPORT", join(ids, " "));
  env.set("HDIST_IMPORT_PATHS", join(paths, ":"));
}

/// Length of "$ORIGIN/../../<..>/name/hash12/lib64:" for the deepest file, or of the absolute form
/// for an artifact of another store.
std::size_t longest_entry(const std::string& path) {
  const std::string below_store = base_name(parent_path(path)) + "/" + base_name(path);
  const std::size_t relative =
      std::string_view("$ORIGIN/").size() + (kDepth + 2) * 3 + below_store.size();
  return std::max(relative, path.size()) + std::string_view("/lib64:").size();
}

} // namespace

std::string padded_run_path(const std::vector<JobImport>& imports, const std::string& artifact) {
  std::string text;
  std::size_t room = kRoom + longest_entry(artifact);
  for (const JobImport& import : imports) {
    text += import.path + "/lib:";
    room += longest_entry(import.path);
  }
  // It ends in '/', as no symbol or library name does: the linker cannot merge another string with
  // its end.
  return text + artifact + "/lib:" + std::string(kPaddingStart) + std::string(room, 'x') + "/";
}

std::string packed_virtuals(const std::map<std::string, std::string>& virtuals) {
  std::string packed;
  for (const auto& [name, id] : virtuals)
    packed += fmt::format("{}{}={}", packed.empty() ? "" : ";", name, id);
  return packed;
}

std::string resolve_import(const std::string& id,
                           const std::map<std::string, std::string>& virtuals) {
  if (id.starts_with("host:"))
    throw Error(ErrorKind::usage, "job.host-import",
                fmt::format("the import {} is software of the host: its id counts, but this "
                            "release cannot give a job such an import",
                            id));
  if (!id.starts_with("virtual:")) return id;
  auto found = virtuals.find(id);
  if (found == virtuals.end())
    throw Error(ErrorKind::usage, "job.no-virtual",
                fmt::format("the import {} stands for an artifact that has to be chosen, and "
                            "nothing says which",
                            id));
  return found->second;
}

Env job_environment(const JobEnvRequest& request) {
  Env env;
  set_imports(env, request.imports);
  env.set("PATH", "");
  env.set("LC_ALL", kLocale);
  env.set("TZ", kTimeZone);
  env.set("SOURCE_DATE_EPOCH", kSourceDate);
  if (!request.home.empty()) env.set("HOME", request.home);
  if (!request.temp.empty()) env.set("TMPDIR", request.temp);
  if (request.native) env.set("LD_RUN_PATH", padded_run_path(request.imports, request.artifact));
  if (request.as_root) env.set("TAR_OPTIONS", "--no-same-owner");
  if (request.cpus > 0) {
    env.set("MAKEFLAGS", fmt::format("-j{}", request.cpus) +
                             (request.shares_cpus ? fmt::format(" --jobserver-auth={},{}",
                                                                kFirstHandedOn, kFirstHandedOn + 1)
                                                  : ""));
    env.set("HASHDIST_CPU_COUNT", fmt::format("{}", request.cpus));
  }
  if (!request.build_dir.empty()) env.set("BUILD", request.build_dir);
  for (const auto& [name, value] : request.overrides.values())
    env.set(name, value);
  // What a job is told about itself nobody overrides.
  env.set("HDIST_VIRTUALS", packed_virtuals(request.virtuals));
  env.set("HDIST_CONFIG", request.config_json);
  env.set("ARTIFACT", request.artifact);
  if (!request.build_dir.empty()) env.set("PWD", request.build_dir);
  return env;
}

} // namespace hdist
