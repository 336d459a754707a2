#include "spec/stages.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace hdist {

namespace {

Error stage_error(const StageEntry& stage, const std::string& message) {
  return document_error(*stage.document, stage.position, fmt::format("stage '{}'", stage.name),
                        message, "stage");
}

/// Mode `update`: maps are updated, lists extended, missing keys added, scalars kept. A list and a
/// map do not fit together.
void update_value(Value& into, const Value& from, const StageEntry& stage, const std::string& key) {
  bool both_lists = into.if_list() != nullptr && from.if_list() != nullptr;
  bool both_maps = into.if_map() != nullptr && from.if_map() != nullptr;
  if (both_lists) {
    for (const Value& item : *from.if_list())
      into.push(item);
  } else if (both_maps) {
    for (const auto& [name, value] : *from.if_map())
      into.set(name, value);
  } else if (into.if_list() != nullptr || into.if_map() != nullptr) {
    throw stage_error(
        stage, fmt::format("'{}' is {} here and {} in the base: mode update cannot join them", key,
                           type_with_article(from), type_with_article(into)));
  }
}

void override_fields(StageEntry& into, const StageEntry& from) {
  if (from.fields.if_map() != nullptr)
    for (const auto& [key, value] : *from.fields.if_map())
      into.fields.set(key, value);
  if (!from.before.empty()) into.before = from.before;
  if (!from.after.empty()) into.after = from.after;
  into.document = from.document;
  into.position = from.position;
}

void update_fields(StageEntry& into, const StageEntry& from) {
  if (from.fields.if_map() != nullptr) {
    for (const auto& [key, value] : *from.fields.if_map()) {
      if (Value* existing = into.fields.find(key))
        update_value(*existing, value, from, key);
      else
        into.fields.set(key, value);
    }
  }
  into.before.insert(into.before.end(), from.before.begin(), from.before.end());
  into.after.insert(into.after.end(), from.after.begin(), from.after.end());
}

void apply(std::map<std::string, StageEntry>& stages, const StageEntry& own) {
  auto found = stages.find(own.name);
  if (own.mode == "remove") {
    if (found != stages.end()) stages.erase(found);
  } else if (own.mode == "update") {
    if (found == stages.end())
      throw stage_error(own, "mode is update, but no base has a stage of this name");
    update_fields(found->second, own);
  } else if (own.mode == "override" && found != stages.end()) {
    override_fields(found->second, own);
  } else {
    stages.insert_or_assign(own.name, own);
  }
}

} // namespace

std::vector<StageEntry> inherit_stages(const std::vector<std::vector<StageEntry>>& bases,
                                       const std::vector<StageEntry>& own) {
  std::map<std::string, StageEntry> stages;
  for (const std::vector<StageEntry>& base : bases)
    for (const StageEntry& stage : base)
      if (!stages.emplace(stage.name, stage).second)
        throw stage_error(stage,
                          fmt::format("two bases have a stage of this name; the other is in {}",
                                      stages.at(stage.name).document->name));
  for (const StageEntry& stage : own)
    apply(stages, stage);
  std::vector<StageEntry> result;
  result.reserve(stages.size());
  for (auto& [name, stage] : stages)
    result.push_back(std::move(stage));
  return result;
}

namespace {

/// Depth-first topological sort over names in byte order, needs in byte order (the original's
/// order, vectors `stage_order`).
class StageSorter {
public:
  explicit StageSorter(const std::vector<StageEntry>& stages) {
    for (const StageEntry& stage : stages)
      stages_.emplace(stage.name, &stage);
    for (const auto& [name, stage] : stages_) {
      for (const std::string& after : stage->after)
        after_[name].insert(known(*stage, after));
      for (const std::string& before : stage->before)
        after_[known(*stage, before)].insert(name);
    }
  }

  std::vector<StageEntry> sorted() {
    for (const auto& [name, stage] : stages_)
      visit(name);
    return std::move(order_);
  }

private:
  const std::string& known(const StageEntry& stage, const std::string& name) const {
    if (stages_.contains(name)) return name;
    std::vector<std::string> names;
    for (const auto& [other, unused] : stages_)
      names.push_back(other);
    std::optional<std::string> meant = nearest(name, names);
    throw stage_error(stage,
                      fmt::format("no stage is called '{}'{}", name,
                                  meant ? fmt::format("; is '{}' meant?", *meant)
                                        : fmt::format(" (there are {})", join(names, ", "))));
  }

  void visit(const std::string& name) {
    if (done_.contains(name)) return;
    if (!open_.insert(name).second)
      throw stage_error(*stages_.at(name), "the stages wait for one another in a circle");
    for (const std::string& need : after_[name])
      visit(need);
    open_.erase(name);
    done_.insert(name);
    order_.push_back(*stages_.at(name));
  }

  std::map<std::string, const StageEntry*> stages_;
  std::map<std::string, std::set<std::string>> after_;
  std::set<std::string> open_, done_;
  std::vector<StageEntry> order_;
};

} // namespace

std::vector<StageEntry> order_stages(const std::vector<StageEntry>& stages) {
  return StageSorter(stages).sorted();
}

} // namespace hdist
