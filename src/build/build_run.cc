#include "build/build_run.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/log_dir.h"
#include "data/json.h"
#include "model/founding_spec.h"
#include "schedule/jobserver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

namespace hdist {

namespace {

constexpr std::size_t kMaxCommandShown = 200;
constexpr std::size_t kMaxCommandLogged = 4000;
constexpr std::size_t kMaxCaptured = 256 << 20;

std::string shortened(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80)
    --limit; // not within a character
  return text.substr(0, limit) + "...";
}

/// As for a shell.
std::string shown(const JobCommand& job, const std::string& self_name) {
  std::vector<std::string> words = job.command.argv;
  if (job.in_process) words.insert(words.begin(), self_name);
  return printable(shell_join(words));
}

/// A command that cannot be started is the job's fault, as one that fails.
bool is_of_command(const Error& error) {
  constexpr std::array<std::string_view, 6> kCodes{
      "process.not-found",    "process.not-executable", "process.bad-interpreter",
      "process.no-directory", "process.too-long",       "process.no-program"};
  return std::find(kCodes.begin(), kCodes.end(), error.code()) != kCodes.end();
}

/// Commands of this program that work on artifacts by their records.
bool reads_records(const std::string& command) {
  return command == "makeprofile" || command == "makebuildprofile" || command == "install-artifact";
}

/// What is wrong with what a job made, or with its output.
bool is_of_job(const Error& error) {
  return error.code().starts_with("artifact.") || error.code() == "store.special-file" ||
         error.code() == "job.bad-output" || error.code() == "job.output-too-large";
}

std::string one_line(const Error& error) {
  return error.message().substr(0, error.message().find('\n'));
}

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
    unpack_sources();
    write_job_document();
    if (std::optional<BuildFailure> failure = run_commands()) return *failure;
    return finish();
  } catch (Error& error) {
    if (stop_.stop_requested() && error.kind() == ErrorKind::interrupted) return stopped();
    tell(TaskState::failed, one_line(error));
    error.during("building " + spec_.id().str());
    throw;
  }
}

std::optional<BuildFailure> BuildRun::check_needs(const FindRecord& find) {
  imports_ = resolve_imports(spec_, parts_.options.virtuals, find, parts_.store);
  std::vector<std::string> sources;
  for (const SpecSource& source : spec_.sources())
    if (!parts_.sources.find(source.key)) sources.push_back(source.key.str());
  // All of both at once: who has to get them wants one list.
  constexpr std::size_t kShown = 50;
  std::vector<std::string> missing;
  if (!imports_.missing.empty())
    missing.push_back("not built yet: " + join_first(kShown, imports_.missing, ", "));
  if (!sources.empty())
    missing.push_back("not in the source store: " + join_first(kShown, sources, ", "));
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
  place_.emplace(parts_.options.temp_dir, spec_.id(), attempt_.token());
  place_->dir().write_file("build.json", pretty_json(spec_.document()));
  log_.emplace(place_->dir(), task_, parts_.events);
  tell(TaskState::started, log_->path());
  if (stop_.stop_requested()) return stopped();
  return std::nullopt;
}

void BuildRun::unpack_sources() {
  const Dir work = place_->dir().open_dir("work");
  for (const SpecSource& source : spec_.sources()) {
    std::string target = source.target;
    while (target.ends_with('/'))
      target.pop_back();
    // A single file is the target itself, everything else goes into it. Refuses a target that
    // leads through a link of a source before it.
    const bool is_file = source.key.type() == SourceType::file && target != ".";
    const std::string below = is_file ? parent_path(target) : target;
    const Dir directory = below == "." ? work.duplicate() : work.make_dirs(below);
    const std::string path =
        is_file ? join_path(directory.path(), base_name(target)) : directory.path();
    parts_.sources.unpack(
        {.key = source.key, .target = path, .strip = source.strip, .into_existing = true}, stop_);
  }
}

/// For a spec of the founding page's form.
void BuildRun::write_job_document() {
  const Value given = founding_form(spec_.document());
  const Dir work = place_->dir().open_dir("work");
  if (!given.is_null() && !work.exists("build.json"))
    work.write_file("build.json", pretty_json(given), {.mode = 0444});
}

Env BuildRun::environment() const {
  JobEnvRequest request;
  request.imports = imports_.job;
  request.artifact = attempt_.path();
  request.build_dir = place_->sub("work");
  request.home = place_->sub("home");
  request.temp = place_->sub("tmp");
  request.config_json = parts_.options.config_json;
  request.virtuals = parts_.options.virtuals;
  request.cpus = std::max(parts_.options.cpus, 1);
  request.shares_cpus = parts_.options.jobserver != nullptr;
  request.native = spec_.platform().has_value();
  request.as_root = ::geteuid() == 0;
  return job_environment(request);
}

std::optional<BuildFailure> BuildRun::run_commands() {
  try {
    const JobResult result = run_job(
        spec_.commands(), environment(),
        {place_->sub("work"), place_->sub("jobtmp"), spec_.origin()},
        [this](const JobCommand& job, std::string* captured) { return run_command(job, captured); },
        stop_);
    if (result.ok) return std::nullopt;
    if (result.status.stopped || stop_.stop_requested()) return stopped();
    return failed("build.command-failed", result.status.text());
  } catch (const Error& error) {
    if (!is_of_command(error) && !is_of_job(error)) throw;
    log_->line("error: " + one_line(error));
    BuildFailure failure = failed("build.command-failed", one_line(error));
    failure.advice = advice_on_path(error, needs_path_);
    return failure;
  }
}

ExitStatus BuildRun::run_command(const JobCommand& job, std::string* captured) {
  const std::string text = shown(job, parts_.options.self_name);
  stage_ = job.stage;
  command_ = shortened(text, kMaxCommandShown);
  log_->begin_command(stage_, shortened(text, kMaxCommandLogged));
  Command command = job.command;
  needs_path_ = command.env.get_or("PATH", "").empty() && !command.argv.empty() &&
                command.argv.front().find('/') == std::string::npos;
  if (job.in_process) {
    // It looks for records in the store, where those of this run's artifacts come in batches.
    if (reads_records(command.argv.front())) parts_.publisher.barrier();
    command.argv.insert(command.argv.begin(), parts_.options.self_program);
    command.env.set(parts_.options.config_variable, parts_.options.config_json);
  }
  command.output = [this](std::string_view bytes) { log_->write(bytes); };
  if (captured != nullptr)
    command.standard_output = [captured](std::string_view bytes) {
      if (bytes.size() > kMaxCaptured - captured->size())
        throw Error(ErrorKind::failed, "job.output-too-large",
                    fmt::format("the program wrote more than {} for to_var or append_to_file",
                                human_size(kMaxCaptured)));
      *captured += bytes;
    };
  // For as long as it runs: whatever it was lent comes back at its end, when no process is left.
  std::optional<Jobserver::Client> share;
  if (parts_.options.jobserver != nullptr) {
    share.emplace(parts_.options.jobserver->join(stop_));
    const auto [reading, writing] = share->descriptors();
    command.handed_on = {reading, writing};
  }
  ExitStatus status = run_supervised(command,
                                     {.program = parts_.options.supervise,
                                      .token = attempt_.token(),
                                      .isolation = parts_.options.isolation},
                                     stop_);
  usage_.cpu_s += status.cpu_s;
  usage_.peak_memory_bytes = std::max(usage_.peak_memory_bytes, status.peak_memory_bytes);
  usage_.isolation = status.isolation;
  return status;
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
                              .usage = usage_,
                              .wall_s = seconds()},
                             stop_);
  } catch (const Error& error) {
    if (!is_of_job(error)) throw;
    stage_.clear(); // every command did its work
    command_.clear();
    return failed("build.bad-artifact", error.message());
  }
  // Gone before the publisher's sync, which would write it to the disk otherwise.
  if (parts_.options.keep == KeepBuild::always)
    place_->keep(false);
  else
    place_->remove();
  BuildSuccess success{*record, attempt_.path(), false};
  parts_.publisher.submit(std::move(attempt_), std::move(*record));
  tell(TaskState::finished, success.path);
  return success;
}

BuildFailure BuildRun::failed(std::string code, std::string reason) {
  BuildFailure failure{.id = spec_.id(), .stage = stage_, .reason = std::move(reason)};
  failure.command = command_;
  failure.code = std::move(code);
  if (log_) keep_evidence(failure);
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
  const bool keeps = options.keep == KeepBuild::always ||
                     (options.keep == KeepBuild::on_error && options.keep_failed > 0);
  if (!keeps) return;
  place_->keep(options.keep == KeepBuild::on_error);
  failure.build_dir = place_->path();
  if (failure.log_path.empty()) failure.log_path = log_->path();
  prune_build_dirs(options.temp_dir, options.keep_failed);
}

void BuildRun::keep_log(BuildFailure& failure) {
  log_->finish();
  if (parts_.options.log_dir.empty()) return;
  const std::string name = fmt::format("{}-{}.log", spec_.name(), spec_.id().hash12());
  log_->save_plain(Dir::create(parts_.options.log_dir), name);
  failure.log_path = join_path(parts_.options.log_dir, name);
}

BuildFailure BuildRun::stopped() {
  BuildFailure failure{.id = spec_.id(), .stage = stage_, .reason = "stopped on request"};
  failure.command = command_;
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
