#include "build/finish_artifact.h"

#include "base/error.h"
#include "base/path.h"
#include "base/tree.h"
#include "build/loaded.h"
#include "data/compress.h"
#include "data/json.h"
#include "model/install_json.h"
#include "store/references.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr const char* kInstallFile = "install.json";
constexpr const char* kInstallFileAsWritten = "$ARTIFACT/install.json";
constexpr int64_t kMaxInstallBytes = 1 << 20;

/// A job may remove its directory and make another one; it must be one, not a link to one.
Dir open_artifact(const std::string& path) {
  const Dir parent = Dir::open(parent_path(path));
  const std::optional<struct stat> status = parent.stat(base_name(path));
  if (!status || !S_ISDIR(status->st_mode))
    throw Error(ErrorKind::failed, "artifact.missing",
                fmt::format("the job left no directory at its $ARTIFACT, {}", path));
  parent.set_mode(base_name(path), 0755);
  return parent.open_dir(base_name(path));
}

/// What the artifact itself wishes for, in install.json at its top.
InstallWishes own_wishes(const Dir& root) {
  try {
    std::optional<std::string> text = root.read_file_if_exists(kInstallFile, kMaxInstallBytes);
    if (!text) return {};
    // Not by its path, where nothing is left of it when this is read.
    return read_install_json(read_json(kInstallFileAsWritten, std::move(*text)));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::refused) throw;
    throw Error(ErrorKind::failed, "artifact.bad-install", error.message());
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

int64_t milliseconds(double seconds) {
  return static_cast<int64_t>(seconds * 1000);
}

/// What install.json asks for must be known to the build, so that the id says it.
void check_dependencies(const InstallWishes& wishes, const ResolvedImports& imports) {
  for (const auto& dependency : wishes.dependencies) {
    const ArtifactId& wanted = dependency.second;
    bool known = std::any_of(imports.closure.begin(), imports.closure.end(),
                             [&](const auto& candidate) { return candidate.first == wanted; });
    if (!known)
      throw Error(ErrorKind::failed, "artifact.bad-install",
                  fmt::format("{}: the runtime dependency {} is neither an import of the build "
                              "nor needed by one",
                              kInstallFileAsWritten, wanted.str()));
  }
}

/// What comes with it into a profile, as the spec and install.json say it.
std::vector<ArtifactId> declared(const std::vector<ArtifactId>& run, const InstallWishes& wishes) {
  std::vector<ArtifactId> ids = run;
  for (const auto& [name, id] : wishes.dependencies)
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  return ids;
}

ScanOptions scan_options(const FinishRequest& request) {
  ScanOptions options{.store_roots = {request.store.path()},
                      .self_directory = request.spec.name() + "/" + request.attempt.directory(),
                      .self = request.spec.id(),
                      .candidates = request.imports.closure};
  if (request.store.real_path() != request.store.path())
    options.store_roots.push_back(request.store.real_path());
  return options;
}

/// Declared, or loaded by what is in the artifact; that is looked for only where the scan found
/// what nobody declared.
std::vector<ArtifactId> needs_of(const ScanResult& scan, const std::vector<ArtifactId>& run,
                                 const Dir& root, const ScanOptions& options,
                                 std::stop_token stop) {
  std::set<ArtifactId> needs(run.begin(), run.end());
  bool all_declared =
      std::includes(needs.begin(), needs.end(), scan.references.begin(), scan.references.end());
  if (!all_declared) needs.merge(references_in(loading_lines(root, std::move(stop)), options));
  needs.erase(options.self);
  return {needs.begin(), needs.end()};
}

ArtifactRecord record_of(const FinishRequest& request, const ScanResult& scan,
                         const InstallWishes& install) {
  const BuildSpec& spec = request.spec;
  ArtifactRecord record{.id = spec.id()};
  record.version = spec.version();
  record.directory = request.attempt.directory();
  record.imports = request.imports.imports;
  record.run = request.imports.run;
  record.install = install;
  std::set<ArtifactId> references = scan.references;
  for (const ArtifactId& id : declared(record.run, install))
    references.insert(id);
  references.erase(spec.id());
  record.references.assign(references.begin(), references.end());
  record.platform = spec.platform();
  record.toolchain = spec.toolchain();
  record.files = scan.digest;
  record.file_count = scan.file_count;
  record.size_bytes = scan.size_bytes;
  record.built_on = host_name();
  record.built_at_s = std::chrono::duration_cast<std::chrono::seconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  record.wall_ms = milliseconds(request.wall_s);
  record.cpu_ms = milliseconds(request.usage.cpu_s);
  record.peak_memory_bytes = request.usage.peak_memory_bytes;
  record.isolation = request.usage.isolation;
  return record;
}

} // namespace

InstallWishes merged(InstallWishes first, const InstallWishes& second) {
  first.rules.insert(first.rules.end(), second.rules.begin(), second.rules.end());
  for (const ProfileVariable& variable : second.environment) {
    auto same = std::find_if(first.environment.begin(), first.environment.end(),
                             [&](const ProfileVariable& v) { return v.name == variable.name; });
    if (same == first.environment.end())
      first.environment.push_back(variable);
    else if (same->kind == variable.kind && variable.kind != ProfileVariable::Kind::plain)
      same->values.insert(same->values.end(), variable.values.begin(), variable.values.end());
  }
  std::sort(first.environment.begin(), first.environment.end(),
            [](const ProfileVariable& a, const ProfileVariable& b) { return a.name < b.name; });
  if (first.command.empty()) first.command = second.command;
  first.dependencies.insert(second.dependencies.begin(), second.dependencies.end());
  return first;
}

ArtifactRecord finish_artifact(const FinishRequest& request, const std::stop_token& stop) {
  const Dir root = open_artifact(request.attempt.path());
  root.remove_tree(kOwnFolder); // what a job put there is not ours
  const Dir own = root.make_dir(kOwnFolder);
  own.write_file("build.json", pretty_json(request.spec.document()), {.mode = 0444});
  request.log.save_compressed(own, BuildLog::kCompressed);
  const InstallWishes install = merged(request.spec.install(), own_wishes(root));
  check_dependencies(install, request.imports);
  protect_tree(root);
  const ScanOptions options = scan_options(request);
  const ScanResult found = scan_artifact(root, options, stop);
  own.write_file("files.zst", zstd_compress(found.lines), {.mode = 0444});
  ArtifactRecord record = record_of(request, found, install);
  record.needs = needs_of(found, declared(record.run, install), root, options, stop);
  return record;
}

} // namespace hdist
