#include "engine/plan.h"

#include "base/error.h"
#include "base/text.h"
#include "schedule/scheduler.h"

#include <fmt/format.h>

#include <set>

namespace hdist {

namespace {

using Index = std::map<std::string, std::size_t>;

Index index_of(const TaskGraph& graph) {
  Index index;
  for (std::size_t i = 0; i < graph.tasks.size(); ++i)
    index.emplace(graph.tasks[i].name, i);
  return index;
}

std::size_t task_called(const Index& index, const std::string& name, const std::string& asker) {
  if (auto found = index.find(name); found != index.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, unused] : index)
    names.push_back(known);
  std::optional<std::string> meant = nearest(name, names);
  throw Error(ErrorKind::usage, "tasks.unknown",
              fmt::format("the task '{}' names the task '{}', which is not in the graph{}", asker,
                          name, meant ? fmt::format("; is '{}' meant?", *meant) : ""));
}

/// "$task" references in a list of ids, as task indices.
std::vector<std::size_t> references(const Value* list, const char* member, const Index& index,
                                    const std::string& asker) {
  std::vector<std::size_t> found;
  if (list == nullptr || list->if_list() == nullptr) return found;
  for (const Value& item : *list->if_list()) {
    const Value* text = member == nullptr ? &item : item.find(member);
    if (text == nullptr || text->if_string() == nullptr || !text->if_string()->starts_with('$'))
      continue;
    found.push_back(task_called(index, text->if_string()->substr(1), asker));
  }
  return found;
}

/// Those that a profile or a command names.
std::vector<std::string> named_builds(const Task& task) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& id) {
    if (id.starts_with('$')) names.push_back(id.substr(1));
  };
  if (const ProfileTask* profile = std::get_if<ProfileTask>(&task.action))
    for (const std::string& member : profile->members)
      add(member);
  if (const CommandTask* command = std::get_if<CommandTask>(&task.action))
    for (const SpecImport& import : command->imports)
      add(import.id);
  return names;
}

void add_task_needs(const TaskGraph& graph, const Index& index, ResolvedGraph& resolved) {
  for (std::size_t i = 0; i < graph.tasks.size(); ++i) {
    const Task& task = graph.tasks[i];
    for (const std::string& need : task.needs)
      resolved.build_needs[i].push_back(task_called(index, need, task.name));
    for (const std::string& id : named_builds(task))
      resolved.build_needs[i].push_back(task_called(index, id, task.name));
    const BuildTask* build = std::get_if<BuildTask>(&task.action);
    if (build == nullptr) continue;
    const Value* job = build->spec.find("build");
    for (std::size_t import :
         references(job == nullptr ? nullptr : job->find("import"), "id", index, task.name))
      resolved.build_needs[i].push_back(import);
    resolved.run_needs[i] = references(build->spec.find("run"), nullptr, index, task.name);
  }
}

std::map<SourceKey, std::size_t> source_tasks(const TaskGraph& graph) {
  std::map<SourceKey, std::size_t> tasks;
  for (std::size_t i = 0; i < graph.tasks.size(); ++i) {
    if (const PackTask* pack = std::get_if<PackTask>(&graph.tasks[i].action))
      tasks.emplace(pack->key, i);
    if (const FetchTask* fetch = std::get_if<FetchTask>(&graph.tasks[i].action))
      for (const SourceCandidate& candidate : fetch->candidates)
        if (candidate.expected && candidate.expected->key())
          tasks.emplace(*candidate.expected->key(), i);
  }
  return tasks;
}

} // namespace

ResolvedGraph resolve_graph(const TaskGraph& graph) {
  ResolvedGraph resolved;
  std::size_t count = graph.tasks.size();
  resolved.build_needs.resize(count);
  resolved.run_needs.resize(count);
  resolved.source_needs.resize(count);
  Index index = index_of(graph);
  add_task_needs(graph, index, resolved);
  std::map<SourceKey, std::size_t> sources = source_tasks(graph);

  std::vector<std::vector<std::size_t>> needs = resolved.build_needs;
  for (std::size_t i = 0; i < count; ++i)
    needs[i].insert(needs[i].end(), resolved.run_needs[i].begin(), resolved.run_needs[i].end());
  for (std::size_t i :
       topological_order(needs, [&](std::size_t task) { return graph.tasks[task].name; })) {
    const BuildTask* build = std::get_if<BuildTask>(&graph.tasks[i].action);
    if (build == nullptr) continue;
    const std::string& name = graph.tasks[i].name;
    try {
      BuildSpec spec = BuildSpec::from_value(fill_in(build->spec, resolved.ids), graph.origin);
      resolved.ids.emplace(name, spec.id());
      for (const SpecSource& source : spec.sources())
        if (auto task = sources.find(source.key); task != sources.end())
          resolved.source_needs[i].push_back(task->second);
      resolved.specs.emplace(name, std::move(spec));
    } catch (Error& error) {
      error.during(fmt::format("reading the build spec of task '{}'", name));
      throw;
    }
  }
  return resolved;
}

namespace {

class Planner {
public:
  Planner(const TaskGraph& graph, const ResolvedGraph& resolved,
          const std::function<bool(const ArtifactId&)>& has_artifact,
          const std::function<bool(const SourceKey&)>& has_source)
      : graph_(graph), resolved_(resolved), has_artifact_(has_artifact), has_source_(has_source),
        states_(graph.tasks.size(), PlannedState::not_needed) {}

  /// Iterative: a chain of tasks may be longer than the stack is deep.
  void want(std::size_t first) {
    std::vector<std::size_t> open{first};
    while (!open.empty()) {
      std::size_t task = open.back();
      open.pop_back();
      if (states_[task] != PlannedState::not_needed) continue;
      bool there = is_there(task);
      states_[task] = there ? PlannedState::present : PlannedState::to_do;
      push(open, resolved_.run_needs[task]);
      if (there) continue;
      push(open, resolved_.build_needs[task]);
      push(open, resolved_.source_needs[task]);
    }
  }

  std::vector<PlannedState> take() { return std::move(states_); }

private:
  static void push(std::vector<std::size_t>& open, const std::vector<std::size_t>& more) {
    open.insert(open.end(), more.begin(), more.end());
  }

  bool is_there(std::size_t index) const {
    const Task& task = graph_.tasks[index];
    if (std::holds_alternative<BuildTask>(task.action))
      return has_artifact_(resolved_.ids.at(task.name));
    if (const PackTask* pack = std::get_if<PackTask>(&task.action)) return has_source_(pack->key);
    if (const FetchTask* fetch = std::get_if<FetchTask>(&task.action))
      for (const SourceCandidate& candidate : fetch->candidates)
        if (candidate.expected && candidate.expected->key() &&
            has_source_(*candidate.expected->key()))
          return true;
    return false;
  }

  const TaskGraph& graph_;
  const ResolvedGraph& resolved_;
  const std::function<bool(const ArtifactId&)>& has_artifact_;
  const std::function<bool(const SourceKey&)>& has_source_;
  std::vector<PlannedState> states_;
};

} // namespace

std::vector<PlannedState> plan_tasks(const TaskGraph& graph, const ResolvedGraph& resolved,
                                     const std::vector<std::string>& goals,
                                     const std::function<bool(const ArtifactId&)>& has_artifact,
                                     const std::function<bool(const SourceKey&)>& has_source) {
  Planner planner(graph, resolved, has_artifact, has_source);
  if (goals.empty()) {
    std::set<std::size_t> sources; // of builds: got when the build is to be done
    for (const std::vector<std::size_t>& needs : resolved.source_needs)
      sources.insert(needs.begin(), needs.end());
    for (std::size_t i = 0; i < graph.tasks.size(); ++i)
      if (!sources.contains(i)) planner.want(i);
    return planner.take();
  }
  Index index = index_of(graph);
  for (const std::string& goal : goals)
    planner.want(task_called(index, goal, "the goals"));
  return planner.take();
}

} // namespace hdist
