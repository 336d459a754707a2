// session.h: config, stores, output: built once, each part on first use; what every operation works
// with.
#pragma once

#include "base/log.h"
#include "build/builder.h"
#include "build/clean.h"
#include "config/config.h"
#include "config/paths.h"
#include "host/host.h"
#include "profile/profile.h"
#include "schedule/jobserver.h"
#include "source/fetch.h"
#include "store/publisher.h"

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct SessionRequest {
  Brand brand;
  ConfigRequest config;
  std::string executable; // /proc/self/exe, links resolved
  int jobs = 0;           // -j; 0: [builder] jobs, else the processors of the allocation
  bool refresh = false;   // fetch: ask known addresses again
  bool offline = false;
  std::optional<KeepBuild> keep; // --keep
};

class Session {
public:
  Session(SessionRequest request, Events& events, std::stop_token stop);
  ~Session();

  const Config& config() const { return config_; }
  const Brand& brand() const { return config_.brand(); }
  const Paths& paths() const { return paths_; }
  Events& events() const { return events_; }
  std::stop_token stop() const { return stop_; }
  /// What ends the operations that are called from now on.
  void set_stop(std::stop_token stop) { stop_ = std::move(stop); }
  int jobs() const;
  const ConfigRequest& config_request() const { return request_.config; }
  const Env& environment() const { return request_.config.environment; }

  SourceStore& sources();
  ArtifactStore& artifacts();
  StoreOptions store_options() const; // of every artifact store that is opened
  Publisher& publisher();
  Fetcher& fetcher();
  Builder& builder();
  /// One whose results go to this publisher.
  std::unique_ptr<Builder> builder_for(Publisher& publisher);
  Host& host();
  const Platform& machine(); // what this machine offers

  /// "virtual:NAME" -> the artifact that the configuration says it stands for.
  std::map<std::string, std::string> virtuals() const;
  /// This process is of a command of a build job.
  bool in_job() const { return environment().contains("HDIST_IMPORT"); }
  std::string temp_dir(); // where builds are made

  /// What clean_builds() is to do by the configuration.
  CleanOptions clean_options(bool dry_run);

  /// Records and paths of finished artifacts, for profiles.
  FindArtifact find_artifact();
  /// Carries out install commands of packages, supervised.
  RunInstallStep install_steps();
  /// One artifact by id, "name/prefix", "name-version-prefix" or bare name. Error usage
  /// "artifact.not-found" / "artifact.ambiguous".
  ArtifactId artifact_id(const std::string& text);
  /// The same, which this process needs from now on.
  ArtifactRecord one_artifact(const std::string& text);
  Error no_artifact(const std::string& text);
  /// An artifact whose directory is `path`, whatever links lead there.
  std::optional<ArtifactRecord> artifact_at(const std::string& path);
  /// A profile by name or path, or a profile that is an artifact by its id.
  OpenedProfile profile(const std::string& word);
  std::vector<std::string> profile_folders() const;
  std::vector<std::string> collections() const; // directories of recipes

private:
  std::vector<ArtifactId> called_the_old_way(const std::string& text);
  std::string nearest_artifact(const std::string& text);
  BuildOptions build_options();
  SessionRequest request_;
  Config config_;
  Paths paths_;
  Events& events_;
  std::stop_token stop_;
  std::optional<Platform> machine_;
  std::optional<SourceStore> sources_;
  std::optional<ArtifactStore> artifacts_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Http> http_;
  std::unique_ptr<DebSources> deb_;
  std::unique_ptr<DeadHosts> dead_hosts_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Jobserver> jobserver_;
  std::unique_ptr<Builder> builder_;
  std::unique_ptr<Host> host_;
};

} // namespace hdist
