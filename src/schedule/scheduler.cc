#include "schedule/scheduler.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <queue>
#include <set>
#include <thread>

namespace hdist {

namespace {

using Edges = std::vector<std::vector<std::size_t>>;

/// Which tasks need task i. Also refuses indices that are no task.
Edges dependents_of(const Edges& needs, const std::function<std::string(std::size_t)>& name) {
  Edges dependents(needs.size());
  for (std::size_t task = 0; task < needs.size(); ++task) {
    for (std::size_t need : needs[task]) {
      if (need >= needs.size())
        throw Error(ErrorKind::usage, "tasks.bad-need",
                    fmt::format("task {} needs task number {}, but there are only {} tasks",
                                name(task), need, needs.size()));
      dependents[need].push_back(task);
    }
  }
  return dependents;
}

/// Every task with missing > 0 is on a cycle or needs one, so it has a need of the same kind:
/// following those must come back to a task already seen.
Error cycle_error(const Edges& needs, const std::vector<std::size_t>& missing,
                  const std::function<std::string(std::size_t)>& name) {
  std::vector<std::size_t> walk;
  std::vector<bool> seen(needs.size());
  auto first = std::find_if(missing.begin(), missing.end(), [](std::size_t n) { return n > 0; });
  auto task = static_cast<std::size_t>(first - missing.begin());
  while (!seen[task]) {
    seen[task] = true;
    walk.push_back(task);
    task = *std::find_if(needs[task].begin(), needs[task].end(),
                         [&](std::size_t need) { return missing[need] > 0; });
  }
  if (walk.back() == task) // one that names itself
    return {ErrorKind::usage, "tasks.cycle", fmt::format("the task {} needs itself", name(task))};
  std::string text = "the tasks need one another in a circle: ";
  for (auto at = std::find(walk.begin(), walk.end(), task); at != walk.end(); ++at)
    text += name(*at) + " needs ";
  Error error(ErrorKind::usage, "tasks.cycle", text + name(task));
  error.advise({.text = "Remove one of these dependencies.", .verb = {}, .args = {}});
  return error;
}

std::vector<std::size_t> order_of(const Edges& needs, const Edges& dependents,
                                  const std::function<std::string(std::size_t)>& name) {
  std::vector<std::size_t> missing(needs.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t task = 0; task < needs.size(); ++task) {
    missing[task] = needs[task].size();
    if (missing[task] == 0) ready.push(task);
  }
  std::vector<std::size_t> order;
  order.reserve(needs.size());
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (std::size_t dependent : dependents[order.back()])
      if (--missing[dependent] == 0) ready.push(dependent);
  }
  if (order.size() < needs.size()) throw cycle_error(needs, missing, name);
  return order;
}

/// The ready tasks of one pool, the most urgent first; equal urgency in index order.
struct Urgency {
  double path_s =
      0; // expected seconds from the start of the task to the end of all that waits for it
  std::size_t task = 0;
  friend bool operator<(const Urgency& a, const Urgency& b) {
    if (a.path_s != b.path_s) return a.path_s > b.path_s;
    return a.task < b.task;
  }
};
using Ready = std::set<Urgency>;

/// The io tasks of one place.
struct IoPlace {
  Ready ready;
  int busy = 0;
};

/// One run. Threads take tasks by themselves under one mutex; all decisions are in next().
class Run {
public:
  Run(const std::vector<ScheduledTask>& tasks, const ScheduleOptions& options, std::stop_token stop)
      : tasks_(tasks), options_(options), stop_(std::move(stop)),
        results_(tasks.size(), TaskResult::not_run) {
    options_.cores = std::max(1, options_.cores);
    options_.io_tasks = std::max(1, options_.io_tasks);
    for (const ScheduledTask& task : tasks)
      needs_.push_back(task.needs);
    auto name = [&tasks](std::size_t task) { return tasks[task].name; };
    dependents_ = dependents_of(needs_, name);
    order_ = order_of(needs_, dependents_, name);
    measure_paths();
  }

  ScheduleReport run() {
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      missing_.push_back(needs_[task].size());
      if (missing_[task] == 0) make_ready(task);
    }
    {
      std::stop_callback wake(stop_, [this] {
        std::lock_guard lock(mutex_); // a thread about to wait has seen the request, or gets this
        changed_.notify_all();
      });
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < thread_count(); ++i)
        threads.emplace_back([this] { work(); });
    }
    if (thrown_) std::rethrow_exception(thrown_);
    return report();
  }

private:
  void measure_paths() {
    path_s_.resize(tasks_.size());
    for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
      double after = 0;
      for (std::size_t dependent : dependents_[*at])
        after = std::max(after, path_s_[dependent]);
      double weight = tasks_[*at].weight;
      path_s_[*at] = after + (weight > 0 ? weight : 0); // not a number counts as nothing
    }
  }

  bool is_io(std::size_t task) const {
    return tasks_[task].pool == ScheduledTask::Pool::io && !tasks_[task].exclusive;
  }
  int cores_of(std::size_t task) const { return std::clamp(tasks_[task].cores, 1, options_.cores); }

  std::size_t thread_count() const {
    std::size_t io = 0;
    for (std::size_t task = 0; task < tasks_.size(); ++task)
      io += is_io(task) ? 1 : 0;
    return std::min(io, static_cast<std::size_t>(options_.io_tasks)) +
           std::min(tasks_.size() - io, static_cast<std::size_t>(options_.cores));
  }

  void make_ready(std::size_t task) {
    Ready& ready = is_io(task) ? io_[tasks_[task].place].ready : ready_cpu_[cores_of(task)];
    ready.insert({path_s_[task], task});
  }

  bool handing_out() const { return !thrown_ && !halted_ && !stop_.stop_requested(); }

  /// The most urgent cpu task among those that need at most `cores`; nullptr when there is none.
  const Urgency* most_urgent(int cores) const {
    const Urgency* best = nullptr;
    for (const auto& [need, ready] : ready_cpu_) {
      if (need > cores) break;
      if (!ready.empty() && (best == nullptr || *ready.begin() < *best)) best = &*ready.begin();
    }
    return best;
  }

  /// The cpu task to start now. A task that does not fit may be overtaken by smaller ones, but not
  /// for ever.
  const Urgency* next_cpu() const {
    const Urgency* head = most_urgent(options_.cores);
    if (head == nullptr) return nullptr;
    if (tasks_[head->task].exclusive) return running_ == 0 ? head : nullptr;
    int free = options_.cores - busy_cores_;
    if (cores_of(head->task) <= free) return head;
    if (overtaken_ >= kOvertakingsPerCore * options_.cores) return nullptr;
    const Urgency* other = most_urgent(free);
    return other != nullptr && !tasks_[other->task].exclusive ? other : nullptr;
  }

  /// Where the next download comes from: the place with the fewest, so that a long queue for one
  /// keeps no other waiting; among equals, that of the most urgent.
  IoPlace* next_io() {
    if (busy_io_ >= options_.io_tasks) return nullptr;
    IoPlace* best = nullptr;
    for (auto& [name, place] : io_) {
      const bool is_full =
          !name.empty() && options_.io_per_place > 0 && place.busy >= options_.io_per_place;
      if (is_full || place.ready.empty()) continue;
      const bool is_better =
          best == nullptr || place.busy < best->busy ||
          (place.busy == best->busy && *place.ready.begin() < *best->ready.begin());
      if (is_better) best = &place;
    }
    return best;
  }

  bool has_ready_io() const {
    return std::any_of(io_.begin(), io_.end(),
                       [](const auto& entry) { return !entry.second.ready.empty(); });
  }

  /// Chooses what to start and counts it as running; false when nothing can start now.
  bool next(std::size_t& task) {
    if (!handing_out() || exclusive_runs_) return false;
    const Urgency* head = most_urgent(options_.cores);
    bool making_room = head != nullptr && tasks_[head->task].exclusive; // the machine drains for it
    if (const Urgency* cpu = next_cpu()) {
      task = cpu->task;
      overtaken_ = cpu == head ? 0 : overtaken_ + 1;
      ready_cpu_[cores_of(task)].erase(*cpu);
      busy_cores_ += cores_of(task);
      exclusive_runs_ = tasks_[task].exclusive;
    } else if (IoPlace* place = making_room ? nullptr : next_io()) {
      task = place->ready.begin()->task;
      place->ready.erase(place->ready.begin());
      ++place->busy;
      ++busy_io_;
    } else {
      return false;
    }
    ++running_;
    return true;
  }

  /// With nothing running, what cannot start now never will.
  bool finished() const {
    return running_ == 0 &&
           (!handing_out() || (!has_ready_io() && most_urgent(options_.cores) == nullptr));
  }

  void work() {
    std::unique_lock lock(mutex_);
    std::size_t task = 0;
    while (true) {
      if (next(task)) {
        changed_.notify_one(); // there may be room for one more
        lock.unlock();
        std::exception_ptr thrown;
        bool done = call(task, thrown);
        lock.lock();
        end(task, done, thrown);
      } else if (finished()) {
        changed_.notify_all();
        return;
      } else {
        changed_.wait(lock);
      }
    }
  }

  bool call(std::size_t task, std::exception_ptr& thrown) const {
    try {
      return tasks_[task].work(stop_);
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }

  void end(std::size_t task, bool done, const std::exception_ptr& thrown) {
    --running_;
    if (is_io(task)) {
      --io_[tasks_[task].place].busy;
      --busy_io_;
    } else {
      busy_cores_ -= cores_of(task);
    }
    if (tasks_[task].exclusive) exclusive_runs_ = false;
    results_[task] = done ? TaskResult::done : TaskResult::failed;
    if (thrown && !thrown_) thrown_ = thrown;
    if (!done && !options_.keep_going) halted_ = true;
    if (!done) return;
    for (std::size_t dependent : dependents_[task])
      if (--missing_[dependent] == 0) make_ready(dependent);
  }

  /// What did not run and needs a failed task was skipped because of it: the first one that its own
  /// list leads to.
  ScheduleReport report() {
    ScheduleReport report{.results = results_, .stopped = stop_.stop_requested(), .because = {}};
    for (std::size_t task = 0; task < tasks_.size(); ++task)
      report.because.push_back(task);
    for (std::size_t task : order_) {
      if (report.results[task] != TaskResult::not_run) continue;
      auto broken = std::find_if(needs_[task].begin(), needs_[task].end(), [&](std::size_t need) {
        return report.results[need] == TaskResult::failed ||
               report.results[need] == TaskResult::skipped;
      });
      if (broken == needs_[task].end()) continue;
      report.results[task] = TaskResult::skipped;
      report.because[task] = report.because[*broken];
    }
    return report;
  }

  static constexpr int kOvertakingsPerCore = 4;

  const std::vector<ScheduledTask>& tasks_;
  ScheduleOptions options_;
  std::stop_token stop_;
  Edges needs_;
  Edges dependents_;
  std::vector<std::size_t> order_;
  std::vector<double> path_s_;

  std::mutex mutex_; // all below
  std::condition_variable changed_;
  std::vector<std::size_t> missing_; // needs that are not done
  std::map<int, Ready>
      ready_cpu_; // by cores needed, so that a look costs no more than there are sizes
  std::map<std::string, IoPlace> io_;
  std::vector<TaskResult> results_;
  int running_ = 0;
  int busy_cores_ = 0;
  int busy_io_ = 0;
  int overtaken_ = 0; // how often the most urgent task had to let another one go first
  bool exclusive_runs_ = false;
  bool halted_ = false; // after a failure, without keep_going
  std::exception_ptr thrown_;
};

} // namespace

std::vector<std::size_t> topological_order(const Edges& needs,
                                           const std::function<std::string(std::size_t)>& name) {
  return order_of(needs, dependents_of(needs, name), name);
}

ScheduleReport run_schedule(const std::vector<ScheduledTask>& tasks, const ScheduleOptions& options,
                            std::stop_token stop) {
  return Run(tasks, options, std::move(stop)).run();
}

} // namespace hdist
