// download.h: one http(s) address into the source store, with patience measured per host.
#pragma once

#include "base/race.h"
#include "net/http.h"
#include "source/attempt.h"
#include "source/host_accounts.h"
#include "source/host_slots.h"
#include "source/source_store.h"
#include "source/transfer_progress.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace hdist {

struct DownloadOptions {
  /// What a host is charged that said nothing until another address had given the content.
  std::chrono::milliseconds patience{2'000};
  std::chrono::milliseconds host_budget{5'000};
  bool ask_dead_hosts = false;
  /// What a dead host must have cost to be remembered: a network that was unplugged for a moment
  /// answers at once.
  std::chrono::milliseconds remember_from{500};
  /// How often a server that was overloaded or cut the answer off is asked again, and when: each
  /// time twice as late as before. What it gave stays, where it says which version it was.
  int retries = 3;
  std::chrono::milliseconds retry_after{300};
  int per_host = 4; // transfers at once from one server
};

/// The first round passes over hosts that were silent or dead lately; the second asks them.
enum class Patience { little, more };

/// A file that is not for the store.
struct DownloadedFile {
  std::string url;
  int64_t limit_bytes = 0;
  std::function<void(std::string_view)> body; // what it throws is passed on
  std::function<void()> restart;              // what came is void: it is asked for again
};

/// Thread-safe.
class Downloader {
public:
  Downloader(const SourceStore& store, Http& http, DeadHosts& dead_hosts, DownloadOptions options)
      : store_(store), http_(http), dead_hosts_(dead_hosts), options_(options),
        accounts_(options.host_budget), silence_(options.host_budget), slots_(options.per_host) {}
  /// Tells the lane when the first byte is there, and puts the content into the store as its
  /// finish. Errors are the store's own, or interrupted.
  AttemptResult get(const std::string& url, const Wanted& wanted, TransferProgress& progress,
                    Patience patience, const Lane& lane);

  /// nullopt: all of it was given. Errors: interrupted.
  std::optional<HttpFailure> read(const DownloadedFile& file, Patience patience, const Lane& lane);
  /// Whether the server of an http(s) address can be reached; a result: it cannot. What it answers
  /// does not matter.
  std::optional<AttemptResult> probe(const std::string& url, Patience patience, const Lane& lane);
  /// For hosts that others connect to: whether to, and that it came to nothing.
  HostPermit permit(const std::string& host, Patience patience) const;
  void note_dead(const std::string& host, HostAccounts::Clock::time_point start);

private:
  struct Job;
  struct Gate;
  /// `is_of_parts`: in, whether to go on with what an earlier run has; out, whether the content
  /// is of several answers.
  /// The server's turn; nullopt: the lane is to stop.
  std::optional<HostSlots::Slot> take_slot(const Url& url, const Lane& lane);
  AttemptResult get_content(const Job& job, bool& is_of_parts);
  AttemptResult failed(const HttpFailure& failure, const std::string& host,
                       HostAccounts::Clock::time_point start);
  /// Asks again where that may help; request.validator and total say afterwards what the deposit
  /// has.
  HttpResult get_all(HttpRequest& request, GuardedDeposit& deposit, bool is_checked,
                     const std::stop_token& stop);
  /// How the request asks whether it may contact a host; `refusal` and `host` become the last
  /// answer's.
  void guard(HttpRequest& request, Patience patience, Gate& gate);
  void wait_a_little(int failures, const std::stop_token& stop) const;
  /// The rest of its budget may help in the second round.
  bool may_wait_for(const std::string& host) const;
  void account(const HttpFailure& failure, const std::string& host,
               HostAccounts::Clock::time_point start);
  /// Of a lane that was told to stop before it had a first byte.
  AttemptResult charge_beaten(const HttpFailure& failure, const std::string& host,
                              HostAccounts::Clock::time_point start);

  const SourceStore& store_;
  Http& http_;
  DeadHosts& dead_hosts_;
  DownloadOptions options_;
  HostAccounts accounts_; // of hosts that could not be reached
  HostAccounts silence_;  // of hosts that connected and then said nothing
  HostSlots slots_;
};

} // namespace hdist
