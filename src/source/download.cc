// A host that cannot be reached costs at most the budget in a run, first and second round together,
// and is remembered (DeadHosts). One that connects and says nothing costs the first round at most
// the budget, too, but is waited for in the second.
#include "source/download.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

namespace hdist {

namespace {

using std::chrono::milliseconds;
using Clock = HostAccounts::Clock;

constexpr milliseconds kLongFirstByte{30'000};
constexpr milliseconds kStall{30'000};
constexpr milliseconds kProgressEvery{100};
constexpr int kNoSuchPart = 416;
constexpr int64_t kGettingOn = int64_t{1} << 20; // bytes

/// Statuses of a server that has too much to do or is being restarted.
bool is_passing(int status) {
  return status == 408 || status == 429 || (status >= 500 && status <= 504 && status != 501);
}

/// Whether it stands for one version: a time has seconds only, so it may stand for two, which is
/// good enough where a key is expected.
bool is_sure(const std::string& validator, bool is_checked) {
  return is_checked || validator.starts_with('"');
}

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
      accounts_(options.host_budget), silence_(options.host_budget) {}

HostPermit Downloader::permit(const std::string& host, Patience patience) const {
  double budget_s = std::chrono::duration<double>(options_.host_budget).count();
  milliseconds remaining = accounts_.remaining(host);
  if (remaining <= milliseconds(0))
    return {fmt::format("{} was not reachable within {:.1f} s in this run", host, budget_s), {}};
  if (patience == Patience::more) return {{}, remaining};
  if (silence_.remaining(host) <= milliseconds(0))
    return {fmt::format("{} said nothing for {:.1f} s in this run", host, budget_s), {}};
  std::optional<int64_t> dead_for_s = dead_hosts_.dead_for_s(host);
  if (dead_for_s && !options_.ask_dead_hosts)
    return {fmt::format("{} was not reachable {} s ago, so it was not asked", host, *dead_for_s),
            {}};
  return {{}, std::min(options_.first_byte, remaining)};
}

bool Downloader::may_wait_for(const std::string& host) const {
  return accounts_.remaining(host) > milliseconds(0) &&
         (accounts_.was_charged(host) || silence_.was_charged(host));
}

void Downloader::account(const HttpFailure& failure, const std::string& host,
                         Clock::time_point start) {
  Clock::time_point end = Clock::now();
  if (!failure.dead_host.empty()) {
    accounts_.charge(failure.dead_host, start, end);
    if (end - start >= options_.remember_from) dead_hosts_.mark_dead(failure.dead_host);
  } else if (failure.reason == HttpFailure::Reason::slow) {
    silence_.charge(host, start, end);
  }
  if (failure.status != 0) dead_hosts_.mark_alive(host);
}

void Downloader::note_dead(const std::string& host, Clock::time_point start) {
  account({.reason = HttpFailure::Reason::unreachable, .dead_host = host, .text = {}}, host, start);
}

std::optional<AttemptResult> Downloader::probe(const std::string& url, Patience patience,
                                               const std::stop_token& stop) {
  std::optional<Url> parsed = Url::parse(url);
  if (!parsed) return AttemptResult::failed("not a valid address");
  HttpRequest request{.url = url, .timeouts = {}, .limit_bytes = 1};
  request.timeouts = {options_.host_budget, kLongFirstByte, kStall};
  std::string refusal;
  request.permit = [&](const std::string& host) {
    HostPermit permitted = permit(host, patience);
    refusal = permitted.refusal;
    return permitted;
  };
  Clock::time_point start = Clock::now();
  HttpResult answer = http_.get(request, stop);
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "asking a server was stopped");
  bool is_dead = answer.failure && (!refusal.empty() || !answer.failure->dead_host.empty() ||
                                    answer.failure->reason == HttpFailure::Reason::unreachable);
  if (!is_dead) {
    dead_hosts_.mark_alive(parsed->host);
    return std::nullopt;
  }
  if (refusal.empty()) account(*answer.failure, parsed->host, start);
  AttemptResult result = AttemptResult::failed(printable(answer.failure->text));
  result.network = true;
  return result;
}

HttpResult Downloader::get_all(HttpRequest& request, GuardedDeposit& deposit, bool is_checked,
                               const std::stop_token& stop) {
  int64_t farthest = 0;
  for (int failures = 0;;) {
    request.from = request.validator.empty() ? 0 : deposit.size_bytes();
    if (request.from == 0 && deposit.size_bytes() > 0) deposit.restart();
    int64_t before = request.from;
    HttpResult answer = http_.get(request, stop);
    if (answer.bytes > 0) {
      request.validator = is_sure(answer.validator, is_checked) ? answer.validator : "";
      request.total = answer.total;
    }
    if (!answer.failure || stop.stop_requested()) return answer;
    const HttpFailure& failure = *answer.failure;
    bool has_begun = failure.reason == HttpFailure::Reason::transfer && answer.bytes > 0;
    bool is_refused_part = before > 0 && (failure.status == kNoSuchPart || failure.is_wrong_part);
    if (is_refused_part) request.validator.clear();
    // A server that gives a little each time is asked for as long as it gets on.
    if (has_begun && deposit.size_bytes() >= farthest + kGettingOn) {
      failures = 0;
      farthest = deposit.size_bytes();
    }
    bool may_help = has_begun || is_refused_part || is_passing(failure.status);
    if (!may_help || ++failures > options_.retries) return answer;
    wait_a_little(failures, stop);
    if (stop.stop_requested()) return answer;
  }
}

void Downloader::wait_a_little(int failures, const std::stop_token& stop) const {
  milliseconds longest = options_.retry_after * (1 << std::min(failures - 1, 5));
  std::uniform_real_distribution<double> jitter(0.5, 1);
  std::random_device random;
  auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(longest * jitter(random));
  constexpr milliseconds kStep{20};
  while (Clock::now() < until && !stop.stop_requested())
    std::this_thread::sleep_for(kStep);
}

AttemptResult Downloader::get(const std::string& url, const Wanted& wanted, const std::string& name,
                              Patience patience, const std::stop_token& stop) {
  bool is_of_parts = true;
  AttemptResult result = get_content(url, wanted, name, patience, is_of_parts, stop);
  if (!result.wrong_content || !is_of_parts) return result;
  // The parts may be of two versions that the server calls one: it is to blame for a whole only.
  is_of_parts = false;
  return get_content(url, wanted, name, patience, is_of_parts, stop);
}

AttemptResult Downloader::get_content(const std::string& url, const Wanted& wanted,
                                      const std::string& name, Patience patience, bool& is_of_parts,
                                      const std::stop_token& stop) {
  std::optional<Url> parsed = Url::parse(url);
  if (!parsed) return AttemptResult::failed("not a valid address");
  Deposit unfinished = store_.deposit();
  HttpRequest request{.url = url, .timeouts = {}};
  if (is_of_parts) {
    const PartVersion part = unfinished.resume(url).value_or(PartVersion{});
    if (is_sure(part.validator, wanted.expected.has_value())) request.validator = part.validator;
    request.total = part.total_bytes;
  }
  GuardedDeposit deposit(std::move(unfinished));
  std::stop_source stop_here; // also stopped when the store cannot be written
  std::stop_callback pass_on(stop, [&] { stop_here.request_stop(); });
  bool is_patient = patience == Patience::more;
  request.timeouts = {options_.host_budget, is_patient ? kLongFirstByte : options_.first_byte,
                      kStall};
  HostPermit last; // that was given or refused
  std::string last_host;
  request.permit = [&](const std::string& host) {
    last_host = host;
    return last = permit(host, patience);
  };
  request.progress = progress_to(events_, name);
  request.body = [&](std::string_view bytes) {
    if (!deposit.write(bytes)) stop_here.request_stop();
  };
  request.restart = [&] { deposit.restart(); };
  Clock::time_point start = Clock::now();
  HttpResult answer = get_all(request, deposit, wanted.expected.has_value(), stop_here.get_token());
  deposit.rethrow();
  if (!answer.failure && !stop.stop_requested()) {
    dead_hosts_.mark_alive(parsed->host);
    is_of_parts = answer.bytes < deposit.size_bytes();
    return finish_attempt(std::move(deposit).take(), wanted);
  }
  if (!request.validator.empty() && deposit.size_bytes() > 0)
    std::move(deposit).take().suspend(url, {request.validator, request.total});
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("fetching {} was stopped", name));
  const HttpFailure& failure = *answer.failure;
  AttemptResult result = AttemptResult::failed(printable(failure.text));
  result.network = failure.status == 0 && failure.reason != HttpFailure::Reason::bad_address;
  if (!last.refusal.empty()) {
    result.worth_waiting = may_wait_for(last_host);
    return result;
  }
  account(failure, parsed->host, start);
  result.worth_waiting = failure.reason == HttpFailure::Reason::slow;
  // A host that took all its time may need more; one that failed at once will again.
  if (!failure.dead_host.empty()) result.worth_waiting = Clock::now() - start >= last.connect;
  return result;
}

} // namespace hdist
