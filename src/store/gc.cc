// A collection, by rule 7 of DESIGN.md 6. Who needs an artifact registers that first and looks for
// it then; so whoever found it before it was condemned is seen by the second look, and whoever
// looks after that takes it back, or finds nothing. Each change of a record's name is one step that
// only one process can do. A kill at any point leaves a name that the next collection goes on from.
#include "store/gc.h"

#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "store/condemned.h"
#include "store/file_system.h"
#include "store/gc_choice.h"
#include "store/gc_claim.h"
#include "store/gc_leftovers.h"
#include "store/gc_roots.h"
#include "store/last_use.h"
#include "store/store_format.h"
#include "store/store_roots.h"
#include "store/store_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <ctime>

namespace hdist {

namespace {

constexpr int64_t kLeastSharedGraceS = 180; // as long as a silent claim counts
constexpr std::chrono::hours kNewRoot{24};  // what it leads to may not be made yet
constexpr std::size_t kShownProblems = 20;

/// A record with the name that this collection gave it, as it was then.
struct Condemned {
  ArtifactId id;
  struct stat status {};
};

bool same_moment(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

Error unreadable_error(const std::vector<std::string>& problems, const GcOptions& options) {
  std::string text = "nothing was removed, because what keeps artifacts cannot all be read:";
  for (std::size_t i = 0; i < problems.size() && i < kShownProblems; ++i)
    text += "\n  " + problems[i];
  if (problems.size() > kShownProblems)
    text += fmt::format("\n  and {} more", problems.size() - kShownProblems);
  Error error(ErrorKind::refused, "gc.unreadable-roots", std::move(text));
  Advice advice{
      .text = "if these may be treated as gone", .verb = "gc", .args = {"--ignore-unreadable"}};
  if (options.only) {
    advice.verb = "artifact";
    advice.args = {"rm", "--ignore-unreadable"};
    for (const ArtifactId& id : *options.only)
      advice.args.push_back(id.short_text());
  }
  error.advise(std::move(advice));
  return error;
}

Error lost_claim() {
  return {ErrorKind::failed, "gc.lost-claim",
          "this collection slept so long that another one took over; it stops here"};
}

} // namespace

int64_t GcReport::freed_bytes() const {
  int64_t bytes = 0;
  for (const GcRemoved& artifact : removed)
    bytes += artifact.size_bytes;
  for (const GcLeftover& leftover : leftovers)
    bytes += leftover.size_bytes;
  return bytes;
}

namespace {

class Collection {
public:
  Collection(const GcStore& store, GcOptions options, Events& events, std::stop_token stop)
      : store_(store), options_(std::move(options)), events_(events), stop_(std::move(stop)),
        survey_(store, options_) {
    if (options_.grace_s == kShortestGrace) options_.grace_s = is_local() ? 0 : kLeastSharedGraceS;
  }

  GcReport run() {
    check_grace();
    if (!options_.dry_run && !take_claim_on_any_disk()) throw_stopped();
    if (!options_.only) {
      step("leftovers");
      Leftovers(store_, options_, report_).clean();
    }
    step("first look");
    RootSurvey::Reached reached = look();
    std::vector<ArtifactId> garbage = unreached(reached);
    if (options_.dry_run)
      for (const ArtifactId& id : garbage)
        report_.removed.push_back(
            {.id = id, .size_bytes = survey_.size_of(id), .last_use_s = last_use_of(id)});
    else
      reached = remove(garbage);
    if (!options_.dry_run) keep_gc_reserve(store_.dir);
    report_kept(reached);
    return std::move(report_);
  }

private:
  RootSurvey::Reached remove(const std::vector<ArtifactId>& garbage) {
    try {
      condemn(garbage);
      wait_grace();
      step("second look");
      RootSurvey::Reached reached = look();
      take_back(reached);
      remove_condemned();
      if (!options_.only) forget(reached.roots);
      return reached;
    } catch (...) {
      for (const Condemned& condemned : condemned_)
        restore(condemned.id);
      throw;
    }
  }

  void step(std::string_view name) {
    if (options_.at_step) options_.at_step(name);
    if (stop_.stop_requested()) throw_stopped();
  }

  [[noreturn]] void throw_stopped() {
    throw Error(ErrorKind::interrupted, "interrupted", "interrupted while collecting garbage");
  }

  bool is_local() const {
    return !store_.options.shared_file_system && is_on_local_file_system(store_.dir.fd());
  }

  void check_grace() const {
    if (options_.dry_run || options_.grace_s >= kLeastSharedGraceS || is_local()) return;
    throw Error(ErrorKind::refused, "gc.grace",
                fmt::format("{} lies on a file system that other machines may write to, so there "
                            "must be at least {} s between condemning and removing, not {} s",
                            store_.dir.path(), kLeastSharedGraceS, options_.grace_s));
  }

  bool take_claim() {
    claim_ = claim_gc(
        store_,
        [&](const LeaseHolder& holder) {
          events_.notice(fmt::format("waiting for process {} on {}, which collects garbage here",
                                     holder.pid, holder.host));
        },
        stop_);
    return claim_.has_value();
  }

  bool take_claim_on_any_disk() {
    try {
      return take_claim();
    } catch (const Error& error) {
      if (!error.is_disk_full() || !options_.make_room) throw;
    }
    options_.make_room();
    return take_claim();
  }

  void check_claim() const {
    if (!claim_->still_ours()) throw lost_claim();
  }

  RootSurvey::Reached look() {
    records_ = list_records(store_);
    RootSurvey::Reached reached = survey_.look(records_);
    if (!reached.unreadable.empty() && !options_.ignore_unreadable)
      throw unreadable_error(reached.unreadable, options_);
    report_.unreadable = reached.unreadable;
    return reached;
  }

  /// Also what an earlier collection condemned and left. Not what an artifact needs that is not
  /// needed itself, but not ours to remove.
  std::vector<ArtifactId> unreached(const RootSurvey::Reached& reached) {
    std::vector<ArtifactId> garbage, theirs;
    for (const auto& [id, record] : records_) {
      if (options_.only && !options_.only->contains(id)) continue;
      if (reached.marks.contains(id)) {
        if (record.condemned && !options_.dry_run) restore(id);
        continue;
      }
      (is_ours(id, record) ? garbage : theirs).push_back(id);
    }
    report_.of_others = static_cast<int>(theirs.size());
    if (options_.only) {
      report_.theirs = theirs;
      const bool all_may_go =
          theirs.empty() && std::none_of(options_.only->begin(), options_.only->end(),
                                         [&](auto& id) { return reached.marks.contains(id); });
      return all_may_go ? dependents_first(garbage, needs()) : std::vector<ArtifactId>{};
    }
    keep_needs_of(theirs);
    std::erase_if(garbage, [&](const ArtifactId& id) { return still_needed_.contains(id); });
    return enough_of(dependents_first(garbage, needs()));
  }

  /// Of what may go, as much as is asked for beyond the left-overs. The rest stays as it is.
  std::vector<ArtifactId> enough_of(std::vector<ArtifactId> garbage) {
    if (!options_.free_bytes) return garbage;
    std::vector<ArtifactId> chosen = choose_to_free(
        garbage, *options_.free_bytes - report_.freed_bytes(), needs(), [&](const ArtifactId& id) {
          const RootSurvey::Facts& facts = survey_.facts_of(id);
          return GcCost{facts.size_bytes, facts.build_ms, last_use_of(id)};
        });
    const std::set<ArtifactId> goes(chosen.begin(), chosen.end());
    for (const ArtifactId& id : garbage) {
      if (goes.contains(id)) continue;
      ++report_.spared;
      report_.spared_bytes += survey_.size_of(id);
      if (records_.at(id).condemned && !options_.dry_run) restore(id);
    }
    return chosen;
  }

  NeedsOf needs() {
    return [this](const ArtifactId& id) { return survey_.needs_of(id); };
  }

  void keep_needs_of(const std::vector<ArtifactId>& ids) {
    for (const auto& [id, mark] : mark_needed({{.ids = ids}}, needs()))
      still_needed_.insert(id);
  }

  bool is_ours(const ArtifactId& id, const GcRecord& record) const {
    std::optional<Dir> dir = store_.open_name(id.name());
    std::optional<struct stat> status =
        dir ? dir->stat(record.condemned ? condemned_name(id) : record_name(id)) : std::nullopt;
    return !status || may_remove(*dir, *status);
  }

  void condemn(const std::vector<ArtifactId>& garbage) {
    step("condemn");
    for (const ArtifactId& id : garbage) {
      check_claim();
      if (still_needed_.contains(id)) {
        if (records_.at(id).condemned) restore(id);
        continue;
      }
      std::size_t before = condemned_.size();
      attempt(id, [&](const Dir& dir) {
        if (records_.at(id).condemned || move_record(dir, record_name(id), condemned_name(id)))
          if (std::optional<struct stat> status = dir.stat(condemned_name(id)))
            condemned_.push_back({.id = id, .status = *status});
      });
      if (condemned_.size() == before) keep_needs_of({id}); // it could not be done, so it stays
      step("condemned");
    }
  }

  void wait_grace() {
    step("grace");
    if (condemned_.empty() || options_.grace_s == 0) return;
    events_.notice(fmt::format("{} artifacts are condemned; waiting {} for others to say that they "
                               "need them",
                               condemned_.size(),
                               human_duration(static_cast<double>(options_.grace_s))));
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop_, std::chrono::seconds(options_.grace_s), [] { return false; });
    step("waited");
  }

  void take_back(const RootSurvey::Reached& reached) {
    std::vector<Condemned> garbage;
    for (Condemned& condemned : condemned_) {
      if (reached.marks.contains(condemned.id))
        restore(condemned.id);
      else
        garbage.push_back(std::move(condemned));
    }
    condemned_ = std::move(garbage);
    if (!options_.only) keep_needs_of(newcomers(reached));
  }

  /// Published since the first look and let go of before the second one: it is not condemned, so
  /// whoever finds it counts on what it needs.
  std::vector<ArtifactId> newcomers(const RootSurvey::Reached& reached) const {
    std::set<ArtifactId> condemned;
    for (const Condemned& one : condemned_)
      condemned.insert(one.id);
    std::vector<ArtifactId> found;
    for (const auto& [id, record] : records_)
      if (!reached.marks.contains(id) && !condemned.contains(id)) found.push_back(id);
    return found;
  }

  void restore(const ArtifactId& id) {
    attempt(id, [&](const Dir& dir) {
      if (move_record(dir, condemned_name(id), record_name(id))) report_.taken_back.push_back(id);
    });
  }

  /// All names first, and durable; then no power cut can leave a record of what is half removed.
  /// What needs something goes before it: whoever took back the one keeps the other.
  void remove_condemned() {
    std::vector<ArtifactId> gone;
    for (const Condemned& condemned : condemned_) {
      step("remove");
      check_claim();
      bool removed = false;
      if (!still_needed_.contains(condemned.id))
        attempt(condemned.id, [&](const Dir& dir) { removed = remove_record(dir, condemned); });
      if (removed) {
        gone.push_back(condemned.id);
        continue;
      }
      restore(condemned.id);
      keep_needs_of({condemned.id});
    }
    step("removed");
    if (gone.empty()) return;
    store_.sync_all();
    for (const ArtifactId& id : gone) {
      step("sweep");
      check_claim();
      attempt(id, [&](const Dir& dir) { finish_removal(dir, id); });
    }
  }

  /// False: it was taken back since, or it cannot be done.
  bool remove_record(const Dir& dir, const Condemned& condemned) {
    const ArtifactId& id = condemned.id;
    std::optional<struct stat> now = dir.stat(condemned_name(id));
    if (!now || !same_moment(*now, condemned.status)) return false;
    GcRemoved entry{.id = id, .size_bytes = survey_.size_of(id), .last_use_s = last_use_of(id)};
    if (!move_record(dir, condemned_name(id), removed_name(id))) return false;
    report_.removed.push_back(std::move(entry));
    return true;
  }

  int64_t last_use_of(const ArtifactId& id) const {
    auto record = records_.find(id); // a list misses what is renamed while it is made
    return record == records_.end() ? 0 : record->second.last_use_s;
  }

  /// One artifact after the other, as far as it goes.
  template <typename Work> void attempt(const ArtifactId& id, const Work& work) {
    try {
      if (std::optional<Dir> dir = store_.open_name(id.name())) work(*dir);
    } catch (const Error& error) {
      report_.failures.push_back(id.str() + ": " + error.message());
    }
  }

  /// Roots that lead nowhere, and stamps that no longer matter.
  void forget(const std::vector<FollowedRoot>& roots) {
    for (const FollowedRoot& root : roots) {
      bool is_gone = root.state == FollowedRoot::State::gone && root.ids.empty() && !root.process;
      if (is_gone && remove_gone_root(store_.dir, {.uid = root.uid, .path = root.path}, kNewRoot))
        report_.gone_roots.push_back(root.path);
    }
    if (options_.keep_unreferenced_s < 0) return;
    std::vector<std::string> unreadable; // reported where roots are followed
    if (std::optional<Dir> dir = store_.dir.open_dir_if_exists(kRootsDir))
      for (const UserFolder& folder : user_folders(*dir, unreadable))
        remove_old_uses(folder, std::time(nullptr) - options_.keep_unreferenced_s);
  }

  void report_kept(const RootSurvey::Reached& reached) {
    for (const auto& [id, mark] : reached.marks)
      if (!options_.only || options_.only->contains(id))
        report_.kept.push_back(
            {.id = id, .size_bytes = survey_.size_of(id), .reason = *reached.reason_of(id)});
  }

  const GcStore& store_;
  GcOptions options_;
  Events& events_;
  std::stop_token stop_;
  RootSurvey survey_;
  std::optional<Lease> claim_;
  std::map<ArtifactId, GcRecord> records_;
  std::vector<Condemned> condemned_;  // what needs something before it
  std::set<ArtifactId> still_needed_; // by artifacts that no root needs, but that stay
  GcReport report_;
};

} // namespace

GcStore ArtifactStore::State::for_gc() {
  return {.dir = dir,
          .real_path = real_path,
          .options = options,
          .judge = judge,
          .trusts = [this](uid_t uid) { return trusts(uid); },
          .sync_all =
              [this] {
                if (options.durable) sync_all();
              }};
}

GcReport ArtifactStore::collect(const GcOptions& options, Events& events, std::stop_token stop) {
  try {
    return Collection(state_->for_gc(), options, events, std::move(stop)).run();
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("collecting garbage in " + state_->path);
    throw_from_writing(state_->path, error);
  }
}

std::vector<FollowedRoot> ArtifactStore::follow_roots(const GcOptions& options) {
  GcOptions looking = options;
  looking.dry_run = true;
  GcStore store = state_->for_gc();
  return RootSurvey(store, looking).follow_all();
}

FollowedRoot ArtifactStore::follow(const std::string& path) {
  GcStore store = state_->for_gc();
  GcOptions options;
  return RootSurvey(store, options).follow(::geteuid(), absolute_path(path));
}

} // namespace hdist
