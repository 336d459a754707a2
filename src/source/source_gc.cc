#include "source/source_gc.h"

#include "base/error.h"
#include "source/git_tree.h"
#include "source/store_files.h"

#include <algorithm>
#include <map>
#include <set>

namespace hdist {

namespace {

/// note_use() is exact to a part of it.
constexpr int64_t kInUseSeconds = 600;

class Collection {
public:
  Collection(const SourceStore& store, const SourceGcOptions& options, std::stop_token stop)
      : store_(store), options_(options), stop_(std::move(stop)),
        now_(options.now_s.value_or(now_s())) {}

  SourceGcReport run() {
    in_use_since_ =
        std::min(now_, store_.others_since(!options_.dry_run).value_or(now_)) - kInUseSeconds;
    if (!options_.dry_run) store_.settle_condemned();
    for (SourceItem& item : store_.list_all())
      decide(std::move(item));
    keep_submodules();
    for (SourceGcItem& item : removed_)
      remove(std::move(item));
    report_.leftovers = store_.leftovers(!options_.dry_run);
    report_.freed_bytes += report_.leftovers.size_bytes;
    if (!options_.dry_run) prune();
    return std::move(report_);
  }

private:
  bool is_past(const SourceItem& item, const RetentionRule& rule) const {
    return rule.keep_s >= 0 && now_ - item.last_use_s >= rule.keep_s && !is_in_use(item);
  }
  bool is_in_use(const SourceItem& item) const { return item.last_use_s >= in_use_since_; }

  void decide(SourceItem item) {
    RetentionRule rule = rule_of(item, options_.rules);
    if (item.last_use_s > now_) { // noted while the clock was ahead: it is used now, and no later
      item.last_use_s = now_;
      if (!options_.dry_run && store_.is_ours(item)) store_.note_use(item.key);
    }
    if (!store_.is_ours(item)) {
      report_.kept.push_back({.item = std::move(item), .rule = std::move(rule), .others = true});
      return;
    }
    bool goes = is_past(item, rule);
    bool in_use = !goes && rule.keep_s >= 0 && now_ - item.last_use_s >= rule.keep_s;
    (goes ? removed_ : report_.kept)
        .push_back({.item = std::move(item), .rule = std::move(rule), .in_use = in_use});
  }

  /// A commit that stays keeps the commits of its submodules, and they theirs.
  void keep_submodules() {
    std::map<std::string, std::size_t> going;
    for (std::size_t i = 0; i < removed_.size(); ++i)
      if (removed_[i].item.key.type() == SourceType::git) going[removed_[i].item.key.digest()] = i;
    std::set<std::size_t> needed;
    for (std::size_t i = 0; i < report_.kept.size() && going.size() > needed.size(); ++i) {
      SourceKey parent = report_.kept[i].item.key;
      if (parent.type() != SourceType::git) continue;
      for (const std::string& commit : submodules_of(parent.digest())) {
        auto found = going.find(commit);
        if (found == going.end() || !needed.insert(found->second).second) continue;
        SourceGcItem stays = removed_[found->second];
        stays.parent = parent;
        report_.kept.push_back(std::move(stays)); // and is looked at for its own
      }
    }
    for (auto index = needed.rbegin(); index != needed.rend(); ++index)
      removed_.erase(removed_.begin() + static_cast<std::ptrdiff_t>(*index));
  }

  std::vector<std::string> submodules_of(const std::string& commit) {
    std::vector<std::string> commits;
    try {
      std::optional<std::string> repository = store_.git().holder(commit);
      if (!repository) return commits;
      for (const GitPath& path : list_git_tree(store_.git().program(), *repository, commit, stop_))
        if (path.kind == GitTreeEntry::Kind::submodule) commits.push_back(path.object);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      report_.failures.push_back(error.message());
    }
    return commits;
  }

  void remove(SourceGcItem item) {
    if (stop_.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped", "collecting sources was stopped");
    try {
      bool is_gone = options_.dry_run || store_.remove(
                                             item.item,
                                             [&](const SourceItem& now) {
                                               return is_past(now, rule_of(now, options_.rules));
                                             },
                                             stop_);
      if (!is_gone) {
        item.in_use = true;
        report_.kept.push_back(std::move(item));
        return;
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      report_.failures.push_back(error.message());
      return;
    }
    bool counts = item.item.key.type() != SourceType::git || options_.dry_run;
    if (counts) report_.freed_bytes += item.item.size_bytes;
    report_.removed.push_back(std::move(item));
  }

  void prune() {
    try {
      report_.freed_bytes += store_.git().prune(stop_);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      report_.failures.push_back(error.message());
    }
  }

  const SourceStore& store_;
  const SourceGcOptions& options_;
  std::stop_token stop_;
  int64_t now_;
  int64_t in_use_since_ = 0; // a process that lives may have taken it then, to unpack it later
  std::vector<SourceGcItem> removed_;
  SourceGcReport report_;
};

} // namespace

SourceGcReport collect_sources(const SourceStore& store, const SourceGcOptions& options,
                               const std::stop_token& stop) {
  return Collection(store, options, stop).run();
}

} // namespace hdist
