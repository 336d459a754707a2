#include "build/look_inside.h"

#include "base/error.h"
#include "base/names.h"
#include "base/path.h"
#include "base/text.h"
#include "build/job_commands.h"
#include "data/json.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr std::size_t kToken = 32;

KeptProgress need_progress(const BuildDir& place) {
  std::optional<KeptProgress> progress = KeptProgress::read(place.dir());
  if (progress) return std::move(*progress);
  throw Error(ErrorKind::failed, "build.no-progress",
              fmt::format("{} does not say how far its build came: the disk was full, perhaps; its "
                          "tree is in {}",
                          place.path(), place.sub("work")));
}

} // namespace

OpenedBuild::OpenedBuild(const BuildParts& parts, const KeptBuild& kept)
    : parts_(parts), token_(random_name(kToken)),
      place_(BuildDir::reopen(parts.options.temp_dir, kept.directory, token_)),
      spec_(read_spec(place_->dir())), progress_(need_progress(*place_)) {
  if (spec_.name() != kept.name || spec_.id().hash12() != kept.hash12)
    throw Error(
        ErrorKind::failed, "build.wrong-spec",
        fmt::format("build.json in {} is the spec of {}", place_->path(), spec_.id().str()));
  take_path();
}

/// What is compiled into the tree is the path of the attempt that failed.
void OpenedBuild::take_path() {
  attempt_ = parts_.store.claim_scratch(spec_.id(), progress_.attempt);
  if (!attempt_) {
    const bool is_built = parts_.store.find(spec_.id()).has_value();
    Error error(ErrorKind::failed, "build.path-taken",
                fmt::format("the path that {} was built for is in use: {}", spec_.id().str(),
                            is_built ? "the artifact is there"
                                     : "another process builds it, or looks into another failure "
                                       "of it"));
    error.advise(
        {fmt::format("The tree that was built is in {}.", join_path(place_->path(), "work")),
         "",
         {}});
    throw error;
  }
  bring_installed(place_->dir(), attempt_->path());
  if (!progress_.installed || has_content(attempt_->path())) return;
  Error error(ErrorKind::failed, "build.installed-lost",
              fmt::format("what {} had installed is gone: the last process that went on with it "
                          "was killed, and what it left in the store was collected",
                          spec_.id().str()));
  error.advise({"Build it from the beginning; your changes of its tree are in " +
                    join_path(place_->path(), "work") + ".",
                "",
                {}});
  throw error;
}

OpenedBuild::~OpenedBuild() {
  try {
    close();
  } catch (const std::exception&) { // it is where the next one finds it
  }
}

void OpenedBuild::close() {
  if (!attempt_) return; // a resumed build has put it aside
  Attempt attempt = std::move(*attempt_);
  attempt_.reset();
  try {
    const bool has_some = put_installed_aside(place_->dir(), attempt.path());
    if (has_some == progress_.installed) return;
    progress_.installed = has_some;
    progress_.write(place_->dir());
  } catch (Error& error) {
    attempt.leave();
    error.during(fmt::format("putting aside what is in {}, where it stays", attempt.path()));
    throw;
  }
}

BuildOutcome OpenedBuild::resume(const FindRecord& find, std::stop_token stop) {
  BuildRun run(parts_, spec_, std::move(*attempt_), std::move(stop));
  attempt_.reset();
  return run.resume(find, std::move(place_), progress_);
}

JobCommand OpenedBuild::stopped_at(const FindRecord& find) const {
  const ResolvedImports imports =
      resolve_imports(spec_, parts_.options.virtuals, find, parts_.store);
  BuildOptions options = parts_.options;
  options.jobserver = nullptr; // it belongs to a run of builds
  const Env start = job_surroundings(options, spec_, imports, place_->path(), attempt_->path());
  const std::string work = place_->sub("work");
  JobCommand where;
  where.command.env = start;
  where.command.cwd = work;
  JobProgress done = progress_.done;
  try {
    JobResult result =
        run_job(spec_.commands(), start, {work, place_->sub("jobtmp"), spec_.origin(), &done},
                [&](const JobCommand& job, std::string*) {
                  where = job;
                  ExitStatus status;
                  status.exit_code = 1; // as the first time
                  return status;
                },
                {});
    if (result.ok && !result.last_env.values().empty()) where.command.env = result.last_env;
  } catch (const Error&) { // what is wrong with the job itself was the failure
  }
  return where;
}

ExitStatus OpenedBuild::run(const JobCommand& where, std::vector<std::string> argv,
                            std::stop_token stop) const {
  Command command = where.command;
  command.argv = std::move(argv);
  return run_supervised(
      command,
      {.program = parts_.options.supervise, .token = token_, .isolation = Isolation::terminal},
      std::move(stop));
}

} // namespace hdist
