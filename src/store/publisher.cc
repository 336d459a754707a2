// Publication in batches: the thread takes whatever was submitted since its last turn, so a slow
// disk makes batches larger instead of builds slower. A batch is one sync of all content (and of
// the prepared records), then rounds: records whose needs are durable get their names, and are made
// durable, before those that need them.
#include "store/publisher.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace hdist {

namespace {

struct Item {
  Attempt attempt;
  ArtifactRecord record;
};
using Batch = std::vector<Item>;

/// What an artifact's record must come after.
std::set<ArtifactId> needs_of(const ArtifactRecord& record) {
  std::set<ArtifactId> needs(record.imports.begin(), record.imports.end());
  needs.insert(record.run.begin(), record.run.end());
  needs.insert(record.references.begin(), record.references.end());
  needs.erase(record.id);
  return needs;
}

} // namespace

struct Publisher::State {
  explicit State(ArtifactStore& target) : store(target), thread([this] { run(); }) {}
  ~State() {
    {
      std::lock_guard lock(mutex);
      ending = true;
    }
    submitted.notify_all();
    thread.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void run();
  void publish_batch(Batch batch);
  bool sync_all(Batch& batch);
  Batch take_ready(Batch& batch) const;
  void publish_round(Batch round);
  bool publish_one(Item item);
  void drop_broken(Batch& batch);
  std::optional<ArtifactId> broken_need(const Item& item) const;
  void fail(const ArtifactId& id, const Error& error);

  ArtifactStore& store;
  mutable std::mutex mutex; // all but the two maps of the thread
  std::condition_variable submitted;
  std::condition_variable handled;
  Batch queue;
  std::size_t submitted_count = 0;
  std::size_t handled_count = 0;
  bool ending = false;
  std::map<ArtifactId, ArtifactRecord> finished;
  std::optional<Error> error; // the first

  // Of the thread only.
  std::set<ArtifactId> failed;
  std::map<ArtifactId, std::chrono::steady_clock::time_point>
      lost; // another attempt was published; ours is removed

  std::thread thread; // last: uses all of the above
};

void Publisher::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    submitted.wait(lock, [this] { return ending || !queue.empty(); });
    if (queue.empty()) return;
    Batch batch = std::move(queue);
    queue.clear();
    std::size_t count = batch.size();
    lock.unlock();
    publish_batch(std::move(batch));
    lock.lock();
    handled_count += count;
    handled.notify_all();
  }
}

void Publisher::State::publish_batch(Batch batch) {
  drop_broken(batch);
  if (!sync_all(batch)) return;
  while (!batch.empty()) {
    Batch round = take_ready(batch);
    publish_round(std::move(round));
    drop_broken(batch);
  }
}

bool Publisher::State::sync_all(Batch& batch) {
  try {
    for (Item& item : batch)
      store.prepare(item.attempt, item.record);
    store.sync_content();
    return true;
  } catch (const Error& e) {
    for (const Item& item : batch)
      fail(item.record.id, e);
    return false;
  }
}

/// Those that need nothing of the same batch, in the order of submission. At least one: needs are
/// submitted first.
Batch Publisher::State::take_ready(Batch& batch) const {
  std::set<ArtifactId> waiting;
  for (const Item& item : batch)
    waiting.insert(item.record.id);
  Batch round;
  Batch rest;
  for (Item& item : batch) {
    std::set<ArtifactId> needs = needs_of(item.record);
    bool ready = std::none_of(needs.begin(), needs.end(),
                              [&](const ArtifactId& need) { return waiting.contains(need); });
    (ready ? round : rest).push_back(std::move(item));
  }
  if (round.empty()) std::swap(round, rest); // a circle cannot be hashed; do not hang on one
  batch = std::move(rest);
  return round;
}

void Publisher::State::publish_round(Batch round) {
  std::vector<ArtifactId> published;
  for (Item& item : round) {
    ArtifactId id = item.record.id;
    if (publish_one(std::move(item))) published.push_back(id);
  }
  try {
    store.sync_records(published);
  } catch (const Error& e) {
    for (const ArtifactId& id : published)
      fail(id, e);
  }
}

bool Publisher::State::publish_one(Item item) {
  ArtifactRecord record = std::move(item.record);
  try {
    if (store.publish(std::move(item.attempt), record)) return true;
    std::optional<ArtifactRecord> theirs = store.find(record.id);
    if (!theirs)
      throw Error(ErrorKind::failed, "store.not-published",
                  record.id.str() + " was published by another process and has vanished again");
    std::lock_guard lock(mutex);
    if (theirs->directory != record.directory)
      lost.insert_or_assign(record.id, std::chrono::steady_clock::now());
    finished.insert_or_assign(record.id, *theirs);
    return true;
  } catch (const Error& e) {
    fail(record.id, e);
    return false;
  }
}

/// A need that was not published, or that this item may have used at a path that is gone.
std::optional<ArtifactId> Publisher::State::broken_need(const Item& item) const {
  for (const ArtifactId& need : needs_of(item.record)) {
    if (failed.contains(need)) return need;
    auto loss = lost.find(need);
    if (loss != lost.end() && item.attempt.claimed_at() < loss->second) return need;
  }
  return std::nullopt;
}

void Publisher::State::drop_broken(Batch& batch) {
  Batch sound;
  for (Item& item : batch) {
    std::optional<ArtifactId> need = broken_need(item);
    if (!need) {
      sound.push_back(std::move(item));
      continue;
    }
    std::string reason = failed.contains(*need)
                             ? "could not be published"
                             : "was published by another process first, at another path";
    fail(item.record.id, Error(ErrorKind::failed, "store.broken-import",
                               fmt::format("{} was built and is thrown away: its import {} {}",
                                           item.record.id.str(), need->str(), reason)));
  }
  batch = std::move(sound);
}

void Publisher::State::fail(const ArtifactId& id, const Error& e) {
  failed.insert(id);
  std::lock_guard lock(mutex);
  finished.erase(id);
  if (!error) error = e;
}

Publisher::Publisher(ArtifactStore& store) : state_(std::make_unique<State>(store)) {}
Publisher::~Publisher() = default;

void Publisher::submit(Attempt attempt, ArtifactRecord record) {
  {
    std::lock_guard lock(state_->mutex);
    state_->finished.insert_or_assign(record.id, record);
    state_->queue.push_back({.attempt = std::move(attempt), .record = std::move(record)});
    ++state_->submitted_count;
  }
  state_->submitted.notify_one();
}

std::optional<ArtifactRecord> Publisher::pending(const ArtifactId& id) const {
  std::lock_guard lock(state_->mutex);
  auto found = state_->finished.find(id);
  if (found == state_->finished.end()) return std::nullopt;
  return found->second;
}

void Publisher::barrier() {
  std::unique_lock lock(state_->mutex);
  std::size_t count = state_->submitted_count;
  state_->handled.wait(lock, [&] { return state_->handled_count >= count; });
  if (state_->error) throw Error(*state_->error);
}

} // namespace hdist
