#include "engine/fetch_all.h"

#include "schedule/scheduler.h"

#include <algorithm>

namespace hdist {

namespace {

bool is_known(const Error& error, const Advice& advice) {
  return std::any_of(error.advice().begin(), error.advice().end(), [&](const Advice& known) {
    return known.text == advice.text && known.verb == advice.verb && known.args == advice.args;
  });
}

/// As one: usage when nothing but addresses is at fault.
Error joined(const std::vector<Error>& errors) {
  ErrorKind kind = ErrorKind::usage;
  std::string text;
  for (const Error& error : errors) {
    if (error.kind() != ErrorKind::usage) kind = error.kind();
    text += (text.empty() ? "" : "\n") + error.message();
  }
  Error all(kind, errors.front().code(), text);
  constexpr std::size_t kMostAdvice = 8;
  std::size_t more = 0;
  for (const Error& error : errors)
    for (const Advice& advice : error.advice()) {
      if (is_known(all, advice)) continue;
      if (all.advice().size() < kMostAdvice)
        all.advise(advice);
      else
        ++more;
    }
  if (more > 0)
    all.advise({.text = "The same can be done for the other sources.", .verb = {}, .args = {}});
  return all;
}

} // namespace

int tasks_per_server(const FetchOptions& options) {
  return options.per_host + std::max(1, (options.at_once - options.per_host) / 2);
}

std::vector<FetchResult> fetch_all(Fetcher& fetcher, const std::vector<FetchTask>& tasks,
                                   const std::vector<std::string>& tags,
                                   const std::stop_token& stop) {
  std::vector<FetchResult> results(tasks.size());
  std::vector<ScheduledTask> work(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    work[i].pool = ScheduledTask::Pool::io;
    work[i].place = fetcher.first_server(tasks[i]);
    work[i].work = [&, i](const std::stop_token& asked) {
      try {
        results[i].outcome = fetcher.fetch(tasks[i], tags, asked);
        return true;
      } catch (const Error& error) {
        if (error.code() != "source.unavailable") throw;
        results[i].error = error;
        return false;
      }
    };
  }
  const FetchOptions& options = fetcher.options();
  run_schedule(work, {.io_tasks = options.at_once, .io_per_place = tasks_per_server(options)},
               stop);
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "fetching was stopped");
  return results;
}

std::vector<FetchOutcome> outcomes_of(std::vector<FetchResult> results) {
  std::vector<FetchOutcome> outcomes;
  std::vector<Error> errors;
  for (FetchResult& result : results) {
    if (result.outcome) outcomes.push_back(*std::move(result.outcome));
    if (result.error) errors.push_back(*std::move(result.error));
  }
  if (errors.size() == 1) throw Error(errors.front());
  if (!errors.empty()) throw joined(errors);
  return outcomes;
}

} // namespace hdist
