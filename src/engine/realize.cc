#include "engine/realize.h"

#include "engine/fetch_all.h"
#include "engine/plan.h"
#include "model/hitpack.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

namespace hdist {

bool RealizeReport::ok() const {
  return !stopped && std::none_of(tasks.begin(), tasks.end(), [](const Realized& task) {
    return task.state == Realized::State::failed || task.state == Realized::State::skipped ||
           task.state == Realized::State::not_run;
  });
}

std::map<std::string, ArtifactId> resolve_ids(const TaskGraph& graph,
                                              std::map<std::string, BuildSpec>* specs) {
  ResolvedGraph resolved = resolve_graph(graph);
  if (specs != nullptr) *specs = std::move(resolved.specs);
  return std::move(resolved.ids);
}

namespace {

/// One run: turns what the plan says is to be done into scheduled work. Each work function writes
/// only its own entry of the report.
class Run {
public:
  Run(const TaskGraph& graph, const RealizeParts& parts, const RealizeOptions& options)
      : graph_(graph), parts_(parts), options_(options), resolved_(resolve_graph(graph)) {
    hold_all();
    states_ = plan_tasks(
        graph, resolved_, options.goals,
        [&](const ArtifactId& id) { return parts_.builder.find(id).has_value(); },
        [&](const SourceKey& key) { return parts_.sources.find(key).has_value(); });
    report_.ids = resolved_.ids;
    for (std::size_t i = 0; i < graph.tasks.size(); ++i)
      report_.tasks.push_back(first_state(i));
  }

  RealizeReport run(const std::stop_token& stop) {
    if (options_.dry_run) return std::move(report_);
    std::vector<ScheduledTask> work = scheduled();
    if (parts_.before_builds && has_builds()) parts_.before_builds(resolved_.specs);
    tell_progress(0);
    ScheduleReport done = run_schedule(work,
                                       {.cores = options_.jobs,
                                        .io_tasks = parts_.fetcher.options().at_once,
                                        .io_per_place = tasks_per_server(parts_.fetcher.options()),
                                        .keep_going = options_.keep_going},
                                       stop);
    report_.stopped = done.stopped || stop.stop_requested();
    for (std::size_t i = 0; i < work.size(); ++i)
      take_result(i, done);
    parts_.publisher.barrier();
    return std::move(report_);
  }

private:
  /// Before any is looked for: what is found stays, whatever a collection of garbage does
  /// meanwhile.
  void hold_all() {
    if (options_.dry_run) return;
    std::vector<ArtifactId> ids;
    ids.reserve(resolved_.ids.size());
    for (const auto& [task, id] : resolved_.ids)
      ids.push_back(id);
    parts_.artifacts.hold(ids);
  }

  Realized first_state(std::size_t i) const {
    Realized task;
    task.task = graph_.tasks[i].name;
    if (auto id = resolved_.ids.find(task.task); id != resolved_.ids.end()) task.id = id->second;
    if (states_[i] == PlannedState::present) task.state = Realized::State::present;
    if (states_[i] == PlannedState::to_do)
      task.state = options_.dry_run ? Realized::State::planned : Realized::State::not_run;
    if (wants_no_build(i) || is_left_to_caller(i)) task.state = Realized::State::not_needed;
    return task;
  }

  bool wants_no_build(std::size_t i) const {
    return options_.fetch_only && states_[i] == PlannedState::to_do && !is_source(i);
  }
  bool is_source(std::size_t i) const {
    const TaskAction& action = graph_.tasks[i].action;
    return std::holds_alternative<FetchTask>(action) || std::holds_alternative<PackTask>(action);
  }
  bool is_left_to_caller(std::size_t i) const {
    return !parts_.make_profile && std::holds_alternative<ProfileTask>(graph_.tasks[i].action);
  }

  std::vector<ScheduledTask> scheduled() {
    std::vector<std::size_t> place(graph_.tasks.size(), graph_.tasks.size());
    for (std::size_t i = 0; i < graph_.tasks.size(); ++i) {
      if (states_[i] != PlannedState::to_do || wants_no_build(i) || is_left_to_caller(i)) continue;
      place[i] = to_do_.size();
      to_do_.push_back(i);
    }
    std::vector<ScheduledTask> work;
    for (std::size_t i : to_do_) {
      ScheduledTask task = work_of(i);
      for (std::size_t need : awaited_by(i))
        if (place[need] < graph_.tasks.size()) task.needs.push_back(place[need]);
      work.push_back(std::move(task));
    }
    return work;
  }

  bool has_builds() const {
    return std::any_of(to_do_.begin(), to_do_.end(),
                       [&](std::size_t i) { return report_.tasks[i].id.has_value(); });
  }

  /// All that is to be done before it: what it is made of, what it runs with (an artifact is
  /// published whole, with all it needs there), and what the present ones among those run with.
  std::vector<std::size_t> awaited_by(std::size_t task) const {
    std::vector<std::size_t> open;
    const auto push = [&](const std::vector<std::size_t>& more) {
      open.insert(open.end(), more.begin(), more.end());
    };
    push(resolved_.build_needs[task]);
    push(resolved_.source_needs[task]);
    push(resolved_.run_needs[task]);
    std::set<std::size_t> found;
    while (!open.empty()) {
      const std::size_t need = open.back();
      open.pop_back();
      if (found.insert(need).second && states_[need] == PlannedState::present)
        push(resolved_.run_needs[need]);
    }
    return {found.begin(), found.end()};
  }

  ScheduledTask work_of(std::size_t i) {
    ScheduledTask task;
    task.name = graph_.tasks[i].name;
    if (const BuildTask* build = std::get_if<BuildTask>(&graph_.tasks[i].action)) {
      task.cores = std::min(build->cores, options_.jobs);
      task.exclusive = build->exclusive;
      task.work = [this, i](std::stop_token stop) {
        return timed(i, [&] { return build_one(i, stop); });
      };
    } else if (const CommandTask* command = std::get_if<CommandTask>(&graph_.tasks[i].action)) {
      task.cores = std::min(command->cores, options_.jobs);
      task.exclusive = command->exclusive;
      task.work = [this, i](std::stop_token stop) {
        return timed(i, [&] { return do_one(i, stop); });
      };
    } else if (!is_source(i)) {
      task.work = [this, i](std::stop_token stop) {
        return timed(i, [&] { return do_one(i, stop); });
      };
    } else {
      task.pool = ScheduledTask::Pool::io;
      if (const FetchTask* fetch = std::get_if<FetchTask>(&graph_.tasks[i].action))
        task.place = parts_.fetcher.first_server(*fetch);
      task.work = [this, i](std::stop_token stop) {
        return timed(i, [&] { return fetch_one(i, stop); });
      };
    }
    return task;
  }

  template <typename Work> bool timed(std::size_t i, const Work& work) {
    auto start = std::chrono::steady_clock::now();
    bool ok = work();
    report_.tasks[i].wall_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    tell_progress(++ended_);
    return ok;
  }

  void tell_progress(int64_t ended) {
    parts_.events.on(Progress{.kind = "run",
                              .name = "",
                              .done = ended,
                              .total = static_cast<int64_t>(to_do_.size()),
                              .unit = "tasks"});
  }

  bool build_one(std::size_t i, const std::stop_token& stop) {
    Realized& result = report_.tasks[i];
    return attempt(result, [&] {
      BuildOutcome outcome = parts_.builder.build(resolved_.specs.at(result.task), stop);
      if (const BuildSuccess* success = std::get_if<BuildSuccess>(&outcome)) {
        result.state = success->was_present ? Realized::State::present : Realized::State::built;
        return true;
      }
      result.failure = std::get<BuildFailure>(std::move(outcome));
      return false;
    });
  }

  bool fetch_one(std::size_t i, const std::stop_token& stop) {
    Realized& result = report_.tasks[i];
    return attempt(result, [&] {
      if (const PackTask* pack = std::get_if<PackTask>(&graph_.tasks[i].action))
        parts_.sources.put_pack(write_hitpack(pack->files));
      else
        result.fetched =
            parts_.fetcher.fetch(std::get<FetchTask>(graph_.tasks[i].action), {}, stop);
      result.state = Realized::State::fetched;
      return true;
    });
  }

  /// A profile or a command.
  bool do_one(std::size_t i, const std::stop_token& stop) {
    const Task& task = graph_.tasks[i];
    Realized& result = report_.tasks[i];
    const char* kind = std::holds_alternative<ProfileTask>(task.action) ? "profile" : "command";
    const auto start = std::chrono::steady_clock::now();
    const auto tell = [&](TaskState state, std::string detail) {
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      parts_.events.on(TaskEvent{kind, task.name, state, std::move(detail),
                                 state == TaskState::started ? 0 : time.count()});
    };
    tell(TaskState::started, "");
    const bool done = attempt(result, [&] {
      if (const ProfileTask* profile = std::get_if<ProfileTask>(&task.action))
        make_profile(task.name, *profile);
      else
        run_command(task.name, std::get<CommandTask>(task.action), stop);
      result.state = Realized::State::done;
      return true;
    });
    tell(done ? TaskState::finished : TaskState::failed,
         result.error ? result.error->message().substr(0, result.error->message().find('\n')) : "");
    return done;
  }

  /// "$task" as the id of that build.
  std::string meant(const std::string& id) const {
    return id.starts_with('$') ? resolved_.ids.at(id.substr(1)).str() : id;
  }

  void make_profile(const std::string& name, const ProfileTask& profile) {
    std::vector<std::string> members;
    for (const std::string& member : profile.members)
      members.push_back(meant(member));
    const std::lock_guard lock(profiles_);
    parts_.make_profile(name, profile, members);
  }

  void run_command(const std::string& name, const CommandTask& command,
                   const std::stop_token& stop) const {
    std::vector<JobImport> imports;
    for (const SpecImport& import : command.imports) {
      const std::optional<ArtifactId> id = ArtifactId::parse(meant(import.id));
      const std::optional<ArtifactRecord> record = id ? parts_.builder.find(*id) : std::nullopt;
      if (!record)
        throw Error(ErrorKind::failed, "tasks.missing-import",
                    fmt::format("the task '{}' needs {}, which is not built", name, import.id));
      imports.push_back({record->id.str(), parts_.artifacts.path_of(*record), import.ref});
    }
    run_command_task({name, command, std::move(imports)}, parts_.commands, parts_.events, stop);
  }

  /// What is wrong with one task (its addresses, its source, its spec) is that task's result; what
  /// is wrong with the machine (a full disk, a store of another kind) or with safety ends the run.
  template <typename Work> static bool attempt(Realized& result, const Work& work) {
    try {
      if (work()) return true;
    } catch (const Error& error) {
      bool of_the_task = error.kind() == ErrorKind::failed || error.kind() == ErrorKind::usage;
      if (!of_the_task || error.system_errno() != 0 || error.code().starts_with("store.")) throw;
      result.error = error;
    }
    result.state = Realized::State::failed;
    return false;
  }

  void take_result(std::size_t place, const ScheduleReport& done) {
    Realized& task = report_.tasks[to_do_[place]];
    if (done.results[place] == TaskResult::skipped) {
      task.state = Realized::State::skipped;
      task.reason = report_.tasks[to_do_[done.because[place]]].task;
    }
  }

  const TaskGraph& graph_;
  const RealizeParts& parts_;
  const RealizeOptions& options_;
  ResolvedGraph resolved_;
  std::vector<PlannedState> states_;
  std::vector<std::size_t> to_do_; // indices of tasks in the order scheduled
  std::atomic<int64_t> ended_ = 0;
  std::mutex profiles_; // one at a time
  RealizeReport report_;
};

} // namespace

RealizeReport realize(const TaskGraph& graph, const RealizeParts& parts,
                      const RealizeOptions& options, const std::stop_token& stop) {
  return Run(graph, parts, options).run(stop);
}

} // namespace hdist
