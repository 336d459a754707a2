#include "build/build_run.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/log_dir.h"
#include "data/json.h"
#include "model/founding_spec.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace hdist {

namespace {

/// A command that cannot be started is the job's fault, as one that fails.
bool is_of_command(const Error& error) {
  constexpr std::array<std::string_view, 6> kCodes{
      "process.not-found",    "process.not-executable", "process.bad-interpreter",
      "process.no-directory", "process.too-long",       "process.no-program"};
  return std::find(kCodes.begin(), kCodes.end(), error.code()) != kCodes.end();
}

/// What is wrong with what a job made, with its output, or with its commands when their turn comes.
bool is_of_job(const Error& error) {
  return error.code().starts_with("artifact.") || error.code() == "store.special-file" ||
         error.code().starts_with("job.");
}

std::string one_line(const Error& error) {
  return error.message().substr(0, error.message().find('\n'));
}

constexpr std::size_t kMostMissing = 50; // named

/// What to do in the spec when its command is not found in the PATH that it has.
std::vector<Advice> advice_on_path(const Error& error, bool needs_path) {
  if (error.code() != "process.not-found" || !needs_path) return {};
  return {{"PATH is empty in a job unless it is set; begin its commands with "
           R"({"set": "PATH", "nohash_value": "/usr/bin:/bin"}.)",
           "",
           {}}};
}

} // namespace

BuildRun::BuildRun(const BuildParts& parts, const BuildSpec& spec, Attempt attempt,
                   std::stop_token stop)
    : parts_(parts), spec_(spec), attempt_(std::move(attempt)), stop_(std::move(stop)),
      task_(spec.id().short_text()) {}

BuildOutcome BuildRun::run(const FindRecord& find) {
  try {
    if (std::optional<BuildFailure> failure = check_needs(find)) return *failure;
    // From here on there is a place, and the log in it.
    if (std::optional<BuildFailure> failure = make_place()) return *failure;
    unpack_sources(spec_, parts_.sources, place_->dir().open_dir("work"), stop_);
    write_job_document();
    if (std::optional<BuildFailure> failure = run_commands()) return *failure;
    return finish();
  } catch (Error& error) {
    return end_by(error);
  }
}

BuildOutcome BuildRun::resume(const FindRecord& find, std::unique_ptr<BuildDir> place,
                              KeptProgress progress) {
  try {
    is_resumed_ = true;
    place_ = std::move(place);
    progress_ = std::move(progress.done);
    imports_ = resolve_imports(spec_, parts_.options.virtuals, find, parts_.store);
    if (!imports_.missing.empty())
      return failed("build.missing-import",
                    "no longer there: " + join_first(kMostMissing, imports_.missing, ", "));
    changed_ = changed_files(place_->dir());
    put_old_log_aside();
    open_log();
    if (std::optional<BuildFailure> failure = run_commands()) return *failure;
    log_->finish();
    keep_place(false);
    BuildSuccess success{ArtifactRecord{.id = spec_.id()}, place_->sub(KeptProgress::kArtifact)};
    tell(TaskState::finished, success.path);
    return success;
  } catch (Error& error) {
    return end_by(error);
  }
}

BuildFailure BuildRun::end_by(Error& error) {
  if (is_resumed_) keep_place(true);
  if (stop_.stop_requested() && error.kind() == ErrorKind::interrupted) return stopped();
  tell(TaskState::failed, one_line(error));
  error.during("building " + spec_.id().str());
  throw error;
}

/// The logs of earlier runs stay beside that of this one.
void BuildRun::put_old_log_aside() {
  const Dir& dir = place_->dir();
  for (int number = 1; dir.exists(BuildLog::kPlain); ++number)
    if (!dir.rename_new(BuildLog::kPlain, fmt::format("build.{}.log", number)) && number > 1000)
      dir.remove_file(BuildLog::kPlain);
  dir.remove_file(BuildLog::kCompressed);
}

void BuildRun::open_log() {
  log_.emplace(place_->dir(), task_, parts_.events);
  commands_.emplace(parts_, attempt_.token(), *log_);
  tell(TaskState::started, log_->path());
}

std::optional<BuildFailure> BuildRun::check_needs(const FindRecord& find) {
  imports_ = resolve_imports(spec_, parts_.options.virtuals, find, parts_.store);
  std::vector<std::string> sources;
  for (const SpecSource& source : spec_.sources())
    if (!parts_.sources.find(source.key)) sources.push_back(source.key.str());
  // All of both at once: who has to get them wants one list.
  std::vector<std::string> missing;
  if (!imports_.missing.empty())
    missing.push_back("not built yet: " + join_first(kMostMissing, imports_.missing, ", "));
  if (!sources.empty())
    missing.push_back("not in the source store: " + join_first(kMostMissing, sources, ", "));
  if (missing.empty()) return std::nullopt;
  return failed(imports_.missing.empty() ? "build.missing-source" : "build.missing-import",
                join(missing, "; "));
}

std::optional<BuildFailure> BuildRun::make_place() {
  if (!find_program(parts_.options.supervise, ""))
    throw Error(ErrorKind::failed, "build.no-supervisor",
                fmt::format("the program {}, which is part of this one, is missing or may not be "
                            "executed",
                            parts_.options.supervise));
  prune_build_dirs(parts_.options.temp_dir, parts_.options.keep_failed);
  place_ = std::make_unique<BuildDir>(parts_.options.temp_dir, spec_.id(), attempt_.token());
  place_->dir().write_file("build.json", pretty_json(spec_.document()));
  open_log();
  if (stop_.stop_requested()) return stopped();
  return std::nullopt;
}

/// For a spec of the founding page's form.
void BuildRun::write_job_document() {
  const Value given = founding_form(spec_.document());
  const Dir work = place_->dir().open_dir("work");
  if (!given.is_null() && !work.exists("build.json"))
    work.write_file("build.json", pretty_json(given), {.mode = 0444});
}

std::optional<BuildFailure> BuildRun::run_commands() {
  try {
    const Env start =
        job_surroundings(parts_.options, spec_, imports_, place_->path(), attempt_.path());
    const JobResult result = run_job(
        spec_.commands(), start,
        {place_->sub("work"), place_->sub("jobtmp"), spec_.origin(), &progress_},
        [this](const JobCommand& job, std::string* captured) {
          return commands_->run(job, captured, stop_);
        },
        stop_);
    if (result.ok) return std::nullopt;
    if (result.status.stopped || stop_.stop_requested()) return stopped();
    return failed("build.command-failed", result.status.text());
  } catch (const Error& error) {
    if (!is_of_command(error) && !is_of_job(error)) throw;
    log_->line("error: " + one_line(error));
    // Which node of the job it is, where no program says it.
    std::string reason = one_line(error);
    if (error.kind() == ErrorKind::usage)
      for (const std::string& context : error.tasks())
        reason += ", while " + context;
    BuildFailure failure = failed("build.command-failed", reason);
    for (Advice& advice : advice_on_path(error, commands_->needs_path()))
      failure.advice.insert(failure.advice.begin(), std::move(advice));
    return failure;
  }
}

BuildOutcome BuildRun::finish() {
  log_->finish();
  std::optional<ArtifactRecord> record;
  try {
    record = finish_artifact({.spec = spec_,
                              .attempt = attempt_,
                              .store = parts_.store,
                              .imports = imports_,
                              .log = *log_,
                              .usage = commands_->usage(),
                              .wall_s = seconds()},
                             stop_);
  } catch (const Error& error) {
    if (!is_of_job(error)) throw;
    commands_->forget_last();
    return failed("build.bad-artifact", error.message());
  }
  is_finished_ = true;
  // Gone before the publisher's sync, which would write it to the disk otherwise.
  if (parts_.options.keep == KeepBuild::always)
    keep_place(false);
  else
    place_->remove();
  BuildSuccess success{*record, attempt_.path(), false};
  parts_.publisher.submit(std::move(attempt_), std::move(*record));
  tell(TaskState::finished, success.path);
  return success;
}

BuildFailure BuildRun::failed(std::string code, std::string reason) {
  BuildFailure failure{.id = spec_.id(), .reason = std::move(reason)};
  name_command(failure);
  failure.code = std::move(code);
  if (log_)
    keep_evidence(failure);
  else if (is_resumed_)
    keep_place(true);
  prune_logs(parts_.options.log_dir, parts_.options.keep_logs_s);
  tell(TaskState::failed, failure.reason.substr(0, failure.reason.find('\n')));
  return failure;
}

/// The log, and the build directory where it is wanted.
void BuildRun::keep_evidence(BuildFailure& failure) {
  const BuildOptions& options = parts_.options;
  try {
    keep_log(failure);
  } catch (const Error& error) { // often what the job failed of too: a full disk
    failure.log_error = one_line(error);
  }
  failure.last_lines = log_->last_lines();
  failure.first_error = log_->first_error();
  const bool keeps = is_resumed_ || options.keep == KeepBuild::always ||
                     (options.keep == KeepBuild::on_error && options.keep_failed > 0);
  if (!keeps) return;
  const bool can_go_on = keep_place(is_resumed_ || options.keep == KeepBuild::on_error);
  failure.build_dir = place_->path();
  if (can_go_on && failure.code == "build.command-failed") {
    failure.advice.push_back({"a shell there, at the command that failed", "debug", {task_}});
    failure.advice.push_back({"go on at that command", "build", {"--resume", task_}});
  }
  if (failure.log_path.empty()) failure.log_path = log_->path();
  prune_build_dirs(options.temp_dir, options.keep_failed);
}

/// With all that it takes to go on there. False: that could not be kept.
bool BuildRun::keep_place(bool is_failed) {
  if (!place_ || std::exchange(is_kept_, true)) return true;
  bool can_go_on = true;
  try {
    KeptProgress progress{.attempt = attempt_.number(), .done = progress_};
    // Of a build that worked it is an artifact.
    progress.installed = !is_finished_ && has_content(attempt_.path());
    if (progress.installed) put_aside();
    note_tree(place_->dir(), changed_);
    progress.write(place_->dir());
  } catch (const Error& error) { // a full disk
    can_go_on = false;
    parts_.events.on(Message{Level::warning,
                             fmt::format("{} cannot be gone on with: {}", task_, one_line(error))});
  }
  place_->keep(is_failed);
  return can_go_on;
}

/// What the job has put at the artifact's path, which is to be free again.
void BuildRun::put_aside() {
  try {
    put_installed_aside(place_->dir(), attempt_.path());
  } catch (const Error&) {
    if (is_resumed_) attempt_.leave(); // the next one finds it there
    throw;
  }
}

void BuildRun::name_command(BuildFailure& failure) const {
  if (!commands_) return;
  failure.stage = commands_->stage();
  failure.command = commands_->command();
}

void BuildRun::keep_log(BuildFailure& failure) {
  log_->finish();
  if (parts_.options.log_dir.empty()) return;
  const std::string name = fmt::format("{}-{}.log", spec_.name(), spec_.id().hash12());
  log_->save_plain(Dir::create(parts_.options.log_dir), name);
  failure.log_path = join_path(parts_.options.log_dir, name);
}

BuildFailure BuildRun::stopped() {
  BuildFailure failure{.id = spec_.id(), .reason = "stopped on request"};
  name_command(failure);
  if (is_resumed_) keep_place(true);
  failure.code = "build.stopped";
  tell(TaskState::failed, failure.reason);
  return failure;
}

void BuildRun::tell(TaskState state, std::string detail) const {
  parts_.events.on(TaskEvent{.kind = "build",
                             .name = task_,
                             .state = state,
                             .detail = std::move(detail),
                             .duration_s = state == TaskState::started ? 0 : seconds()});
}

double BuildRun::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

} // namespace hdist
