#include "ops/session.h"

#include "archive/archive.h"
#include "base/parallel.h"
#include "base/text.h"
#include "build/install_run.h"
#include "config/places.h"
#include "config/trust.h"
#include "ops/fetch_settings.h"
#include "profile/registry.h"

#include <fmt/format.h>

#include <cstring>

namespace hdist {

Session::Session(SessionRequest request, Events& events, std::stop_token stop)
    : request_(std::move(request)), config_(Config::load(request_.brand, request_.config)),
      paths_(find_paths(config_, request_.executable)), events_(events), stop_(std::move(stop)) {
  set_archive_module_dir(paths_.modules);
  for (const std::string& note : config_.notes())
    events_.info(note);
}

Session::~Session() = default;

int Session::jobs() const {
  if (request_.jobs > 0) return request_.jobs;
  const std::string& configured = config_.text("builder", "jobs");
  return configured.empty() ? available_cpus()
                            : static_cast<int>(config_.integer("builder", "jobs"));
}

namespace {

std::optional<std::string> why_unreadable(const std::string& directory) {
  try {
    return Dir::open_if_exists(directory) ? std::nullopt : std::optional("is not there");
  } catch (const Error& error) {
    return fmt::format("cannot be read: {}", strerrordesc_np(error.system_errno()));
  }
}

/// What is removed from one would be missing in the other.
void check_stores_apart(const Config& config) {
  const std::string sources = config.path("sources", "store");
  const std::string artifacts = config.path("builder", "store");
  const std::optional<std::string> how = how_overlapping(sources, artifacts);
  if (!how) return;
  // At the one that a file says.
  const bool is_default = config.setting("builder", "store").origin == "default";
  throw config.error(is_default ? "sources" : "builder", "store",
                     fmt::format("the stores of sources ({}) and of artifacts ({}) {}: expected a "
                                 "directory for each",
                                 printable(sources), printable(artifacts), *how));
}

} // namespace

SourceStore& Session::sources() {
  if (!sources_) check_stores_apart(config_);
  if (!sources_)
    sources_.emplace(SourceStore::open(
        config_.path("sources", "store"),
        {.supervise = paths_.supervise, .group = config_.text("sources", "share") == "group"}));
  return *sources_;
}

StoreOptions Session::store_options() const {
  StoreOptions options;
  options.durable = config_.flag("builder", "durability");
  options.group = config_.text("builder", "share") == "group";
  for (const std::string& user : config_.list("builder", "trust"))
    try {
      options.trusted_uids.push_back(user_of(user));
    } catch (const Error& error) {
      throw config_.error("builder", "trust", error.message());
    }
  return options;
}

ArtifactStore& Session::artifacts() {
  if (!artifacts_) check_stores_apart(config_);
  if (!artifacts_)
    artifacts_.emplace(ArtifactStore::open(config_.path("builder", "store"), store_options()));
  return *artifacts_;
}

Publisher& Session::publisher() {
  if (!publisher_) publisher_ = std::make_unique<Publisher>(artifacts());
  return *publisher_;
}

Fetcher& Session::fetcher() {
  if (!fetcher_) {
    http_ = make_http({.module_dir = paths_.modules, .user_agent = brand().program, .resolve = {}});
    deb_ = std::make_unique<DebSources>(DebOptions{.state_dir = paths_.apt_state}, events_);
    dead_hosts_ = std::make_unique<DeadHosts>(paths_.dead_hosts);
    FetchOptions options = fetch_settings(config_, paths_);
    options.deb_mirror.program_path = environment().get_or("PATH", options.deb_mirror.program_path);
    options.refresh = request_.refresh;
    options.offline = request_.offline;
    fetcher_ = std::make_unique<Fetcher>(sources(), *http_, *deb_, *dead_hosts_, options, events_);
  }
  return *fetcher_;
}

/// Of "virtual:NAME=ID", also without the prefix.
std::map<std::string, std::string> Session::virtuals() const {
  constexpr std::string_view kPrefix = "virtual:";
  std::map<std::string, std::string> virtuals;
  for (const std::string& mapping : config_.list("builder", "virtual")) {
    std::size_t equals = mapping.find('=');
    std::string name = mapping.substr(0, equals);
    if (!name.starts_with(kPrefix)) name.insert(0, kPrefix);
    virtuals[name] = mapping.substr(equals + 1);
  }
  return virtuals;
}

std::string Session::temp_dir() {
  return make_temp_dir(config_.text("builder", "temp"), environment().get_or("TMPDIR", ""), paths_);
}

BuildOptions Session::build_options() {
  BuildOptions options;
  options.temp_dir = temp_dir();
  options.keep_logs_s = config_.duration_s("builder", "keep-logs");
  if (options.keep_logs_s != 0) options.log_dir = paths_.logs;
  options.supervise = paths_.supervise;
  options.self_program = paths_.program;
  options.self_name = brand().program;
  options.config_json = config_.json();
  options.virtuals = virtuals();
  options.config_variable = brand().env_prefix + "CONFIG";
  options.cpus = jobs();
  options.keep = request_.keep.value_or(KeepBuild::on_error);
  options.keep_failed = static_cast<int>(config_.integer("builder", "keep-failed"));
  options.machine = machine();
  return options;
}

CleanOptions Session::clean_options(bool dry_run) {
  const bool is_ours = config_.text("builder", "temp").empty();
  return {.temp_dir = temp_dir(),
          .temp_prefix = is_ours ? temp_name(paths_, "") : "",
          .log_dir = paths_.logs,
          .keep_failed = static_cast<int>(config_.integer("builder", "keep-failed")),
          .keep_logs_s = config_.duration_s("builder", "keep-logs"),
          .dry_run = dry_run};
}

std::unique_ptr<Builder> Session::builder_for(Publisher& publisher) {
  BuildOptions options = build_options();
  // Without one each build has all processors.
  if (!jobserver_ && options.cpus > 1 && Jobserver::has_room(options.cpus))
    jobserver_ = std::make_unique<Jobserver>(options.cpus);
  options.jobserver = jobserver_.get();
  return std::make_unique<Builder>(artifacts(), sources(), publisher, options, events_);
}

Builder& Session::builder() {
  if (!builder_) builder_ = builder_for(publisher());
  return *builder_;
}

Host& Session::host() {
  if (!host_) host_ = std::make_unique<Host>(HostOptions{.cache_file = paths_.host_cache});
  return *host_;
}

const Platform& Session::machine() {
  if (!machine_) machine_ = machine_platform();
  return *machine_;
}

FindArtifact Session::find_artifact() {
  return [this](const ArtifactId& id) -> std::optional<FoundArtifact> {
    artifacts().hold({id}); // first, so that it stays when it is found
    std::optional<ArtifactRecord> record = publisher_ ? publisher_->pending(id) : std::nullopt;
    if (!record) record = artifacts().find(id);
    if (!record) return std::nullopt;
    return FoundArtifact{*record, artifacts().path_of(*record)};
  };
}

RunInstallStep Session::install_steps() {
  return [this](const InstallStep& step) {
    BuildOptions build = build_options();
    InstallRunOptions options{.supervise = build.supervise,
                              .self_program = build.self_program,
                              .config_variable = build.config_variable,
                              .config_json = build.config_json,
                              .temp_dir = build.temp_dir};
    events_.info(fmt::format("installing {} by its own command", step.id.short_text()));
    run_install_step(step, options, stop_);
  };
}

std::optional<ArtifactRecord> Session::artifact_at(const std::string& path) {
  std::optional<std::string> real = real_path_if_exists(path);
  std::string inside = artifacts().real_path() + "/";
  if (!real || !real->starts_with(inside)) return std::nullopt;
  std::string name = parent_path(real->substr(inside.size())), directory = base_name(*real);
  for (const ArtifactId& id : artifacts().match(name))
    if (std::optional<ArtifactRecord> record = artifacts().find(id);
        record && record->directory == directory)
      return record;
  return std::nullopt;
}

/// By the founding page's spelling, name-version-hash.
std::vector<ArtifactId> Session::called_the_old_way(const std::string& text) {
  constexpr std::size_t kShortestHash = 4;
  std::vector<ArtifactId> matches;
  for (const OldSpelling& old : old_spellings(text)) {
    if (old.hash.size() < kShortestHash) continue;
    for (const ArtifactId& id : artifacts().match(old.name + "/" + old.hash)) {
      const std::optional<ArtifactRecord> record = artifacts().find(id);
      if (record && (old.version.empty() || old.version == record->version)) matches.push_back(id);
    }
  }
  return matches;
}

/// "; is 'greet' meant?" for a name that no artifact has.
std::string Session::nearest_artifact(const std::string& text) {
  const std::string given = text.substr(0, text.find('/'));
  std::vector<std::string> names;
  for (const ArtifactId& id : artifacts().list())
    names.push_back(id.name());
  const std::optional<std::string> meant = nearest(given, names);
  return meant && *meant != given ? fmt::format("; is '{}' meant?", *meant) : "";
}

Error Session::no_artifact(const std::string& text) {
  return {ErrorKind::usage, "artifact.not-found",
          fmt::format("no artifact in {} is called '{}'{}", artifacts().path(), printable(text),
                      nearest_artifact(text))};
}

ArtifactId Session::artifact_id(const std::string& text) {
  std::vector<ArtifactId> matches = artifacts().match(text);
  if (matches.empty()) matches = called_the_old_way(text);
  if (matches.empty()) throw no_artifact(text);
  if (matches.size() > 1) {
    std::vector<std::string> names;
    names.reserve(matches.size());
    for (const ArtifactId& id : matches)
      names.push_back(id.str());
    throw Error(ErrorKind::usage, "artifact.ambiguous",
                fmt::format("'{}' may be any of {}", text, join(names, ", ")));
  }
  return matches.front();
}

ArtifactRecord Session::one_artifact(const std::string& text) {
  const ArtifactId id = artifact_id(text);
  artifacts().hold({id}); // first, so that it stays when it is found
  std::optional<ArtifactRecord> record = artifacts().find(id);
  if (!record)
    throw Error(ErrorKind::usage, "artifact.not-found",
                fmt::format("the artifact {} is gone from {}", id.str(), artifacts().path()));
  return *record;
}

std::vector<std::string> Session::profile_folders() const {
  return config_.paths(brand().config_section, "profiles");
}

OpenedProfile Session::profile(const std::string& word) {
  if (std::optional<ArtifactId> id = ArtifactId::parse(word); id && !real_path_if_exists(word))
    if (std::optional<ArtifactRecord> record = artifacts().find(*id))
      return open_profile(artifacts().path_of(*record));
  return open_profile(profile_path(word, profile_folders()));
}

std::vector<std::string> Session::collections() const {
  const std::string& section = brand().config_section;
  std::vector<std::string> directories = config_.paths(section, "collections");
  // One that is not there would let recipes of other directories be taken silently.
  for (const std::string& directory : directories)
    if (std::optional<std::string> why = why_unreadable(directory))
      throw config_.error(section, "collections", fmt::format("{} {}", printable(directory), *why));
  if (std::optional<Dir> own = Dir::open_if_exists(paths_.collections))
    for (const Entry& entry : own->list())
      directories.push_back(join_path(paths_.collections, entry.name));
  directories.push_back(paths_.packages);
  return directories;
}

} // namespace hdist
