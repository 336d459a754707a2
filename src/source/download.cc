// A host that cannot be reached costs at most the budget in a run, first and second round together,
// and is remembered (DeadHosts). One that connects and says nothing costs the first round at most
// the budget, too, but is waited for in the second. Where another address gave the content
// meanwhile, what it cost is the patience after which that one began.
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
using Reason = HttpFailure::Reason;

constexpr milliseconds kLongFirstByte{30'000};
constexpr milliseconds kStall{30'000};
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

} // namespace

struct Downloader::Job {
  const std::string& url;
  const Url& parsed;
  const Wanted& wanted;
  TransferProgress& progress;
  Patience patience;
  const Lane& lane;
};

/// What a request was told last, and the hosts that it waits for.
struct Downloader::Gate {
  explicit Gate(HostAccounts& accounts) : waiting(accounts) {}
  std::string host, refusal;
  HostAccounts::Waiting waiting;
};

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
  return {{}, remaining};
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

void Downloader::guard(HttpRequest& request, Patience patience, Gate& gate) {
  request.timeouts = {options_.host_budget, kLongFirstByte, kStall};
  request.permit = [this, patience, &gate](const std::string& host) {
    gate.host = host;
    HostPermit given = permit(host, patience);
    gate.refusal = given.refusal;
    if (given.refusal.empty()) gate.waiting.begin(host);
    return given;
  };
  request.connected = [&gate] { gate.waiting.end(); };
}

std::optional<AttemptResult> Downloader::probe(const std::string& url, Patience patience,
                                               const Lane& lane) {
  std::optional<Url> parsed = Url::parse(url);
  if (!parsed) return AttemptResult::failed("not a valid address");
  HttpRequest request{.url = url, .timeouts = {}, .limit_bytes = 1};
  Gate gate(accounts_);
  guard(request, patience, gate);
  Clock::time_point start = Clock::now();
  HttpResult answer = http_.get(request, lane.stop());
  gate.waiting.end();
  if (lane.is_beaten()) {
    if (answer.failure && answer.failure->reason == Reason::stopped)
      charge_beaten(*answer.failure, parsed->host, start);
    throw Error(ErrorKind::interrupted, "source.stopped", "another address was faster");
  }
  if (lane.stop().stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "asking a server was stopped");
  bool is_dead = answer.failure && (!gate.refusal.empty() || !answer.failure->dead_host.empty() ||
                                    answer.failure->reason == HttpFailure::Reason::unreachable);
  if (!is_dead) {
    lane.gets_on();
    dead_hosts_.mark_alive(parsed->host);
    return std::nullopt;
  }
  if (gate.refusal.empty()) account(*answer.failure, parsed->host, start);
  AttemptResult result = AttemptResult::failed(printable(answer.failure->text));
  result.network = true;
  return result;
}

std::optional<HttpFailure> Downloader::read(const DownloadedFile& file, Patience patience,
                                            const Lane& lane) {
  std::optional<Url> parsed = Url::parse(file.url);
  if (!parsed)
    return HttpFailure{.reason = Reason::bad_address, .text = "it is not a valid address"};
  const std::optional<HostSlots::Slot> slot = take_slot(*parsed, lane);
  HttpRequest request{.url = file.url, .timeouts = {}, .limit_bytes = file.limit_bytes};
  request.body = file.body;
  Gate gate(accounts_);
  guard(request, patience, gate);
  Clock::time_point start = Clock::now();
  HttpResult answer = http_.get(request, lane.stop());
  for (int failures = 1; failures <= options_.retries && answer.failure; ++failures) {
    const bool was_cut = answer.failure->reason == Reason::transfer && answer.bytes > 0 &&
                         answer.bytes < file.limit_bytes;
    if (lane.stop().stop_requested() || !(was_cut || is_passing(answer.failure->status))) break;
    wait_a_little(failures, lane.stop());
    file.restart();
    answer = http_.get(request, lane.stop());
  }
  gate.waiting.end();
  if (lane.is_beaten() && answer.failure && answer.failure->reason == Reason::stopped)
    charge_beaten(*answer.failure, parsed->host, start);
  if (lane.stop().stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "reading a file was stopped");
  if (!answer.failure)
    dead_hosts_.mark_alive(parsed->host);
  else if (gate.refusal.empty())
    account(*answer.failure, parsed->host, start);
  return std::move(answer.failure);
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

std::optional<HostSlots::Slot> Downloader::take_slot(const Url& url, const Lane& lane) {
  const std::string server = fmt::format("{}:{}", url.host, url.port);
  if (std::optional<HostSlots::Slot> slot = slots_.try_take(server)) return slot;
  lane.waits();
  std::optional<HostSlots::Slot> slot = slots_.take(server, lane.stop());
  lane.goes_on();
  return slot;
}

AttemptResult Downloader::get(const std::string& url, const Wanted& wanted,
                              TransferProgress& progress, Patience patience, const Lane& lane) {
  std::optional<Url> parsed = Url::parse(url);
  if (!parsed) return AttemptResult::failed("not a valid address");
  const Job job{url, *parsed, wanted, progress, patience, lane};
  bool is_of_parts = true;
  AttemptResult result = get_content(job, is_of_parts);
  if (result.wrong_content && is_of_parts) {
    // The parts may be of two versions that the server calls one: it is to blame for a whole only.
    is_of_parts = false;
    result = get_content(job, is_of_parts);
  }
  if (!result.item) progress.end(&lane);
  return result;
}

AttemptResult Downloader::get_content(const Job& job, bool& is_of_parts) {
  std::optional<HostSlots::Slot> slot = take_slot(job.parsed, job.lane);
  if (!slot && job.lane.is_beaten()) return AttemptResult::failed("another address was faster");
  if (!slot)
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("fetching {} was stopped", job.progress.name()));
  Deposit unfinished = store_.deposit();
  HttpRequest request{.url = job.url, .timeouts = {}};
  const bool is_checked = job.wanted.expected.has_value();
  if (is_of_parts) {
    const PartVersion part = unfinished.resume(job.url).value_or(PartVersion{});
    if (is_sure(part.validator, is_checked)) request.validator = part.validator;
    request.total = part.total_bytes;
  }
  GuardedDeposit deposit(std::move(unfinished));
  std::stop_source stop_here; // also stopped when the store cannot be written
  std::stop_callback pass_on(job.lane.stop(), [&] { stop_here.request_stop(); });
  Gate gate(accounts_);
  guard(request, job.patience, gate);
  request.progress = [&](int64_t done, int64_t total) {
    job.progress.tell(&job.lane, done, total);
  };
  bool has_begun = false;
  request.body = [&](std::string_view bytes) {
    if (!has_begun) job.lane.gets_on();
    has_begun = true;
    if (!deposit.write(bytes)) stop_here.request_stop();
  };
  request.restart = [&] { deposit.restart(); };
  Clock::time_point start = Clock::now();
  HttpResult answer = get_all(request, deposit, is_checked, stop_here.get_token());
  gate.waiting.end();
  slot.reset(); // the next one's turn, while this is put into the store
  deposit.rethrow();
  if (!answer.failure) {
    dead_hosts_.mark_alive(job.parsed.host);
    is_of_parts = answer.bytes < deposit.size_bytes();
    std::optional<AttemptResult> result;
    const bool was_first = job.lane.finish([&] {
      result = finish_attempt(std::move(deposit).take(), job.wanted);
      return result->item.has_value();
    });
    if (was_first) return *std::move(result);
  }
  const bool was_stopped = !answer.failure || answer.failure->reason == Reason::stopped;
  if (job.lane.is_beaten() && was_stopped) {
    if (has_begun || !answer.failure) return AttemptResult::failed("another address was faster");
    return charge_beaten(*answer.failure, job.parsed.host, start);
  }
  if (!request.validator.empty() && deposit.size_bytes() > 0)
    std::move(deposit).take().suspend(job.url, {request.validator, request.total});
  if (job.lane.stop().stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("fetching {} was stopped", job.progress.name()));
  if (gate.refusal.empty()) return failed(*answer.failure, job.parsed.host, start);
  AttemptResult refused = AttemptResult::failed(printable(answer.failure->text));
  refused.network = true;
  refused.worth_waiting = may_wait_for(gate.host);
  return refused;
}

AttemptResult Downloader::failed(const HttpFailure& failure, const std::string& host,
                                 Clock::time_point start) {
  account(failure, host, start);
  AttemptResult result = AttemptResult::failed(printable(failure.text));
  const bool is_untrusted = failure.reason == Reason::untrusted;
  result.network = failure.may_be_of_network();
  if (is_untrusted)
    result.advice.push_back(
        {.text =
             fmt::format("Nobody whom this machine trusts vouches for {}. The certificates here "
                         "may be old (the package ca-certificates), or of a site (SSL_CERT_FILE "
                         "names its file), the clock may be wrong, or somebody is in between.",
                         host),
         .verb = {},
         .args = {}});
  // All that it gave stays, and others come first. One that gave nothing had all its time.
  result.worth_waiting = failure.reason == Reason::slow && failure.status != 0;
  return result;
}

AttemptResult Downloader::charge_beaten(const HttpFailure& failure, const std::string& host,
                                        Clock::time_point start) {
  const Clock::time_point now = Clock::now(), end = std::min(now, start + options_.patience);
  if (failure.status == 0 && failure.dead_host.empty()) silence_.charge(host, start, end);
  if (!failure.dead_host.empty()) {
    accounts_.charge(failure.dead_host, start, end);
    if (now - start >= options_.remember_from) dead_hosts_.mark_dead(failure.dead_host);
  }
  AttemptResult result = AttemptResult::failed(
      fmt::format("{}: {} within {:.1f} s", failure.dead_host.empty() ? host : failure.dead_host,
                  failure.dead_host.empty() ? "no data" : "no connection",
                  std::chrono::duration<double>(now - start).count()));
  result.network = true;
  result.worth_waiting = true;
  return result;
}

} // namespace hdist
