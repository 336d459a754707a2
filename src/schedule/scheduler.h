// scheduler.h: runs a graph of tasks in dependency order on a bounded number of threads.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct ScheduledTask {
  std::string name;
  std::vector<std::size_t> needs; // indices of tasks
  int cores = 1;
  bool exclusive = false;                       // nothing else runs beside it
  enum class Pool { cpu, io } pool = Pool::cpu; // io: downloads; counted apart
  std::string place;                            // of io: what it goes to, such as a host; may be ""
  double weight = 1;                            // expected seconds; longest path first
  /// Returns false when the task failed; what depends on it is skipped.
  std::function<bool(std::stop_token)> work;
};

struct ScheduleOptions {
  int cores = 1;          // of the cpu pool
  int io_tasks = 8;       // at once
  int io_per_place = 0;   // of them at one place that has a name; 0: no limit
  bool keep_going = true; // after a failure, independent tasks go on
};

enum class TaskResult { done, failed, skipped, not_run };

struct ScheduleReport {
  std::vector<TaskResult> results; // by index
  bool stopped = false;            // the stop token asked
  /// For a skipped task: the index of a failed task that it needs, directly or not.
  std::vector<std::size_t> because; // equals own index when not skipped
};

/// Error usage "tasks.cycle" names the tasks of one cycle. An exception of `work` stops the handing
/// out and is thrown when the running ones have ended.
ScheduleReport run_schedule(const std::vector<ScheduledTask>& tasks, const ScheduleOptions& options,
                            std::stop_token stop);

/// Indices in an order where needs come first; stable: ready tasks in index order.
std::vector<std::size_t> topological_order(const std::vector<std::vector<std::size_t>>& needs,
                                           const std::function<std::string(std::size_t)>& name);

} // namespace hdist
