#include "store/gc_claim.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace hdist {

namespace {

constexpr std::string_view kPrefix = "gc.claim.";
constexpr int kTries = 1000; // each is lost to another collection that got on
constexpr std::chrono::milliseconds kPause{100};

struct Seen {
  int highest = 0;
  std::optional<LeaseHolder> living; // of the lowest that is alive
  int living_number = 0;
  std::vector<std::pair<std::string, std::string>> dead; // file and token
};

std::optional<int> number_of(const std::string& file) {
  if (!file.starts_with(kPrefix)) return std::nullopt;
  return attempt_number("x." + file.substr(kPrefix.size()), "x");
}

Seen look(const GcStore& store, int own) {
  Seen seen;
  for (const Entry& entry : store.dir.list()) {
    std::optional<int> number = number_of(entry.name);
    if (!number || *number == own) continue;
    seen.highest = std::max(seen.highest, *number);
    std::optional<struct stat> status = store.dir.stat(entry.name);
    if (!status || !store.trusts(status->st_uid)) continue;
    Judgement judged = store.judge.judge(store.dir, entry.name);
    if (!judged.there || judged.liveness == Liveness::unknown) continue;
    if (judged.liveness == Liveness::dead) {
      seen.dead.emplace_back(entry.name, judged.holder ? judged.holder->token : "");
    } else if (!seen.living || *number < seen.living_number) {
      seen.living = judged.holder.value_or(LeaseHolder{});
      seen.living_number = *number;
    }
  }
  return seen;
}

/// False when the stop came first.
bool pause_unless(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, kPause, [] { return false; });
  return !stop.stop_requested();
}

/// Each looks after its own claim is there, so of two at once the higher sees the lower.
std::optional<Lease> try_claim(const GcStore& store, const Seen& seen) {
  int number = seen.highest + 1;
  std::optional<Lease> claim =
      Lease::try_take(store.dir, fmt::format("{}{}", kPrefix, number), store.options.lease);
  if (!claim) return std::nullopt;
  Seen now = look(store, number);
  if (now.living && now.living_number < number) return std::nullopt;
  for (const auto& [file, token] : now.dead)
    remove_claim(store.dir, file, token);
  return claim;
}

} // namespace

std::optional<Lease> claim_gc(const GcStore& store,
                              const std::function<void(const LeaseHolder&)>& waiting,
                              const std::stop_token& stop) {
  std::string announced;
  for (int tries = 0; tries < kTries;) {
    Seen seen = look(store, 0);
    if (!seen.living) {
      if (std::optional<Lease> claim = try_claim(store, seen)) return claim;
      ++tries;
      continue;
    }
    if (announced != seen.living->token && waiting) waiting(*seen.living);
    announced = seen.living->token;
    if (!pause_unless(stop)) return std::nullopt;
  }
  throw Error(ErrorKind::failed, "store.no-claim",
              fmt::format("no claim to collect garbage in {} could be taken: every number tried "
                          "was taken by another",
                          store.dir.path()));
}

} // namespace hdist
