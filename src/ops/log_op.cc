#include "ops/log_op.h"

#include "base/path.h"
#include "base/text.h"
#include "build/build_log.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

/// The log in the artifact's directory; nullopt when there is none.
std::optional<FoundLog> log_in(const std::string& path, const ArtifactId& id) {
  const std::string folder = join_path(path, "_hashdist");
  const std::optional<Dir> dir = Dir::open_if_exists(folder);
  const std::optional<struct stat> info = dir ? dir->stat(BuildLog::kCompressed) : std::nullopt;
  if (!info) return std::nullopt;
  FoundLog log{id.name(), id.hash12(), LogState::built, join_path(folder, BuildLog::kCompressed)};
  log.compressed = true;
  log.time_ns = written_at_ns(*info);
  return log;
}

/// Those of finished builds. A build whose record waits for its batch is one, too: its directory
/// is gone by then.
void add_built(const ArtifactStore& store, const std::string& word, std::vector<FoundLog>& logs) {
  for (const ArtifactStore::Unpublished& build : store.being_built(word))
    if (std::optional<FoundLog> log = log_in(build.path, build.id)) logs.push_back(std::move(*log));
  for (const ArtifactId& id : store.match(word)) // of several of a name the newest, too
    if (const std::optional<ArtifactRecord> record = store.find(id))
      if (std::optional<FoundLog> log = log_in(store.path_of(*record), id))
        logs.push_back(std::move(*log));
}

} // namespace

LogResponse find_log(Session& session, const LogRequest& request) {
  const CleanOptions places = session.clean_options(true);
  std::vector<FoundLog> logs = recent_logs(places.temp_dir, places.log_dir);
  if (!request.word) {
    if (logs.empty())
      throw Error(ErrorKind::usage, "log.none",
                  fmt::format("no build runs below {} and none that failed left a log in {}; name "
                              "an artifact to see the log of its build",
                              places.temp_dir, places.log_dir));
    return {std::move(logs.front())};
  }
  std::erase_if(
      logs, [&](const FoundLog& log) { return !is_called(log.name, log.hash12, *request.word); });
  const bool runs = !logs.empty() && logs.front().state == LogState::running;
  if (!runs) add_built(session.artifacts(), *request.word, logs);
  if (logs.empty()) {
    if (!session.artifacts().being_built(*request.word).empty())
      throw Error(ErrorKind::usage, "log.none",
                  fmt::format("{} is being built, but there is no log of it below {}: it has not "
                              "begun yet, or runs with another directory for builds (TMPDIR)",
                              printable(*request.word), places.temp_dir));
    const ArtifactRecord record = session.one_artifact(*request.word); // its error says the rest
    throw Error(ErrorKind::usage, "log.none",
                fmt::format("{} has no log of its build", record.id.str()));
  }
  if (runs) return {std::move(logs.front())};
  return {*std::max_element(logs.begin(), logs.end(), [](const FoundLog& a, const FoundLog& b) {
    return a.time_ns < b.time_ns;
  })};
}

LogRequest read_log_request(const Document& request) {
  Fields fields(request, request.root, "");
  LogRequest result{fields.text_if("name")};
  fields.finish();
  return result;
}

namespace {

const char* state_text(LogState state) {
  switch (state) {
  case LogState::running:
    return "running";
  case LogState::failed:
    return "failed";
  case LogState::built:
    return "built";
  }
  return "";
}

} // namespace

Value to_value(const LogResponse& response) {
  const FoundLog& log = response.log;
  Value value;
  value.set("build", log.name + "/" + log.hash12);
  value.set("state", state_text(log.state));
  value.set("path", log.path);
  value.set("compressed", log.compressed);
  constexpr int64_t kSecondNs = 1'000'000'000;
  value.set("time", log.time_ns / kSecondNs);
  return value;
}

Operation log_operation() {
  return {"log", "where the log of a build is", [](Session& session, const Document& request) {
            return to_value(find_log(session, read_log_request(request)));
          }};
}

} // namespace hdist
