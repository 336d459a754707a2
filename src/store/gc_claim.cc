#include "store/gc_claim.h"

#include "base/error.h"
#include "store/gc_leftovers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace hdist {

namespace {

constexpr std::string_view kPrefix = "gc.claim.";
constexpr std::string_view kReserve = "gc.reserve.";
constexpr std::size_t kReserveSize = 4096; // one block of most file systems; a claim is shorter
constexpr int kTries = 1000;               // each is lost to another collection that got on
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

/// Of any owner whose file this user may rename and write to.
std::optional<Lease> claim_from_reserve(const GcStore& store, const std::string& name) {
  for (const Entry& entry : store.dir.list()) {
    if (!entry.name.starts_with(kReserve) || entry.type != EntryType::file) continue;
    std::optional<struct stat> status = store.dir.stat(entry.name);
    if (!status || !store.trusts(status->st_uid) || !may_remove(store.dir, *status)) continue;
    if (::faccessat(store.dir.fd(), entry.name.c_str(), W_OK, AT_EACCESS) != 0) continue;
    if (auto claim = Lease::try_take_with(store.dir, name, entry.name, store.options.lease))
      return claim;
  }
  return std::nullopt;
}

std::optional<Lease> take(const GcStore& store, const std::string& name) {
  try {
    return Lease::try_take(store.dir, name, store.options.lease);
  } catch (const Error& error) {
    if (!error.is_disk_full()) throw;
    std::optional<Lease> claim = claim_from_reserve(store, name);
    if (!claim && !store.dir.exists(name)) throw;
    return claim;
  }
}

/// Each looks after its own claim is there, so of two at once the higher sees the lower.
std::optional<Lease> try_claim(const GcStore& store, const Seen& seen) {
  int number = seen.highest + 1;
  std::optional<Lease> claim = take(store, fmt::format("{}{}", kPrefix, number));
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

void keep_gc_reserve(const Dir& store) noexcept {
  try {
    const std::string name = fmt::format("{}{}", kReserve, ::geteuid());
    std::optional<struct stat> status = store.stat(name);
    if (status && status->st_size >= static_cast<off_t>(kReserveSize)) return;
    // No zeros, for which some file systems keep no block.
    std::string text = "hdist collects garbage with this block when the disk is full\n";
    text.resize(kReserveSize, '\n');
    store.write_file(name, text, {.mode = 0644});
  } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): there is none, then
  }
}

} // namespace hdist
