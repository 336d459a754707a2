// What a kill at any moment leaves: an attempt that its claim shows to be dead (the store's rules
// take it over), and a build directory whose owner is dead, which the next build removes. Nothing
// is visible before the record's link, which the publisher makes when the content is durable.
#include "build/builder.h"

#include "base/error.h"
#include "build/build_run.h"
#include "build/job_check.h"

#include <fmt/format.h>

namespace hdist {

namespace {

void refuse_foreign(const BuildSpec& spec, const Platform& machine) {
  if (!spec.platform()) return;
  const std::optional<std::string> why = why_foreign(*spec.platform(), machine);
  if (!why) return;
  throw Error(ErrorKind::refused, "build.foreign-platform",
              fmt::format("{} cannot be built here: {}", spec.id().str(), *why));
}

std::string holder_text(const Busy& busy) {
  if (!busy.holder) return "another process (" + busy.claim + ")";
  return fmt::format("process {} on {}", busy.holder->pid, busy.holder->host);
}

} // namespace

Builder::Builder(ArtifactStore& store, SourceStore& sources, Publisher& publisher,
                 BuildOptions options, Events& events)
    : store_(store), sources_(sources), publisher_(publisher), options_(std::move(options)),
      events_(events) {}

/// Before anything of it is looked for: a collection of garbage beside this leaves it alone.
void Builder::hold(const BuildSpec& spec) {
  std::vector<ArtifactId> ids{spec.id()};
  auto add = [&](const std::string& id) {
    auto mapped = options_.virtuals.find(id);
    std::optional<ArtifactId> real =
        ArtifactId::parse(mapped == options_.virtuals.end() ? id : mapped->second);
    if (real) ids.push_back(*real);
  };
  for (const SpecImport& import : spec.imports())
    add(import.id);
  for (const std::string& id : spec.run())
    add(id);
  store_.hold(ids);
}

BuildParts Builder::parts() {
  return {store_, sources_, publisher_, options_, events_};
}

std::optional<ArtifactRecord> Builder::find(const ArtifactId& id) const {
  if (std::optional<ArtifactRecord> record = publisher_.pending(id)) return record;
  return store_.find(id);
}

BuildOutcome Builder::build(const BuildSpec& spec, std::stop_token stop) {
  refuse_foreign(spec, options_.machine);
  const std::string task = spec.id().short_text();
  const auto present = [&](const ArtifactRecord& record) {
    const std::string path = store_.path_of(record);
    events_.on(TaskEvent{"build", task, TaskState::present, path, 0});
    return BuildSuccess{record, path, true};
  };
  hold(spec);
  if (std::optional<ArtifactRecord> record = find(spec.id())) return present(*record);
  check_job(spec.commands(),
            {.name = spec.origin(), .text = "", .root = {}}); // before anything is claimed

  Claimed claimed = store_.claim_or_wait(
      spec.id(),
      [&](const Busy& busy) {
        events_.on(TaskEvent{"build", task, TaskState::waiting, holder_text(busy), 0});
      },
      stop);
  if (const ArtifactRecord* record = std::get_if<ArtifactRecord>(&claimed)) return present(*record);
  if (std::holds_alternative<Busy>(claimed)) {
    BuildFailure failure{.id = spec.id(), .reason = "stopped while another process builds it"};
    failure.code = "build.stopped";
    return failure;
  }
  return run_at(spec, std::get<Attempt>(std::move(claimed)), std::move(stop));
}

BuildOutcome Builder::build_at(const BuildSpec& spec, Attempt attempt, std::stop_token stop) {
  refuse_foreign(spec, options_.machine);
  hold(spec);
  check_job(spec.commands(), {.name = spec.origin(), .text = "", .root = {}});
  return run_at(spec, std::move(attempt), std::move(stop));
}

BuildOutcome Builder::run_at(const BuildSpec& spec, Attempt attempt, std::stop_token stop) {
  BuildRun run(parts(), spec, std::move(attempt), std::move(stop));
  return run.run([this](const ArtifactId& id) { return find(id); });
}

} // namespace hdist
