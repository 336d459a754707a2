// A host that cannot be reached costs at most the budget in a run, first and second round together,
// and is remembered (DeadHosts). One that answers but is slow costs nothing of the budget.
#include "source/download.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

using std::chrono::milliseconds;
using Clock = HostAccounts::Clock;

constexpr milliseconds kLongFirstByte{30'000};
constexpr milliseconds kStall{30'000};
constexpr milliseconds kProgressEvery{100};

/// Not more often than a person can read it; the first and the last always.
std::function<void(int64_t, int64_t)> progress_to(Events& events, const std::string& name) {
  return [&events, name, last = std::optional<Clock::time_point>()](int64_t done,
                                                                    int64_t total) mutable {
    Clock::time_point now = Clock::now();
    if (last && done != total && now - *last < kProgressEvery) return;
    last = now;
    events.on(Progress{.kind = "fetch", .name = name, .done = done, .total = total, .unit = "B"});
  };
}

} // namespace

Downloader::Downloader(const SourceStore& store, Http& http, DeadHosts& dead_hosts,
                       DownloadOptions options, Events& events)
    : store_(store), http_(http), dead_hosts_(dead_hosts), options_(options), events_(events),
      accounts_(options.host_budget) {}

/// Why this host is not asked now; nullopt: ask it.
std::optional<AttemptResult> Downloader::refusal(const std::string& host, Patience patience) const {
  if (accounts_.remaining(host) <= milliseconds(0))
    return AttemptResult::failed(
        fmt::format("{} was not reachable within {:.1f} s in this run", host,
                    std::chrono::duration<double>(options_.host_budget).count()));
  std::optional<int64_t> dead_for_s = dead_hosts_.dead_for_s(host);
  if (patience == Patience::more || options_.ask_dead_hosts || !dead_for_s) return std::nullopt;
  AttemptResult result = AttemptResult::failed(
      fmt::format("{} was not reachable {} s ago, so it was not asked", host, *dead_for_s));
  result.worth_waiting = accounts_.was_charged(host); // found in this run, in less than the budget
  return result;
}

HttpTimeouts Downloader::timeouts(const std::string& host, Patience patience) const {
  milliseconds remaining = std::max(accounts_.remaining(host), milliseconds(1));
  if (patience == Patience::more) return {remaining, kLongFirstByte, kStall};
  return {std::min(options_.first_byte, remaining), options_.first_byte, kStall};
}

AttemptResult Downloader::failure(const HttpFailure& failure, const std::string& host,
                                  milliseconds limit, Clock::time_point start) {
  using Reason = HttpFailure::Reason;
  AttemptResult result = AttemptResult::failed(printable(failure.text));
  result.worth_waiting = failure.reason == Reason::slow;
  if (failure.host_is_dead) {
    Clock::time_point end = Clock::now();
    accounts_.charge(host, start, end);
    dead_hosts_.mark_dead(host);
    result.worth_waiting = end - start >= limit; // else it said no at once, and will again
  } else if (failure.status != 0) {
    dead_hosts_.mark_alive(host);
  }
  return result;
}

AttemptResult Downloader::get(const std::string& url, const Wanted& wanted, const std::string& name,
                              Patience patience, const std::stop_token& stop) {
  std::optional<Url> parsed = Url::parse(url);
  if (!parsed) return AttemptResult::failed("not a valid address");
  if (std::optional<AttemptResult> refused = refusal(parsed->host, patience)) return *refused;

  GuardedDeposit deposit(store_.deposit());
  std::stop_source stop_here; // also stopped when the store cannot be written
  std::stop_callback pass_on(stop, [&] { stop_here.request_stop(); });
  HttpRequest request{.url = url, .timeouts = timeouts(parsed->host, patience)};
  request.progress = progress_to(events_, name);
  request.body = [&](std::string_view bytes) {
    if (!deposit.write(bytes)) stop_here.request_stop();
  };
  Clock::time_point start = Clock::now();
  HttpResult answer = http_.get(request, stop_here.get_token());
  deposit.rethrow();
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("fetching {} was stopped", name));
  if (answer.failure)
    return failure(*answer.failure, parsed->host, request.timeouts.connect, start);
  dead_hosts_.mark_alive(parsed->host);
  return finish_attempt(std::move(deposit).take(), wanted);
}

} // namespace hdist
