// task_graph.h: tasks.json: the DAG of fetch, build, profile and command tasks that front ends make
// and the engine runs (docs/tasks-format.md).
#pragma once

#include "model/build_spec.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hdist {

struct SourceCandidate {
  std::string url;
  std::optional<Expectation> expected;
};
/// Get one source item: any candidate that gives what it is expected to give.
struct FetchTask {
  std::vector<SourceCandidate> candidates; // in order
  friend bool operator==(const FetchTask&, const FetchTask&);
};
/// A hit-pack made by the front end and carried inline.
struct PackTask {
  SourceKey key;                                          // files:...
  std::vector<std::pair<std::string, std::string>> files; // name, bytes
};
struct BuildTask {
  /// The spec; import ids and `run` may be "$task", the id of the build task of that name, filled
  /// in before hashing.
  Value spec;
  int cores = 1;
  bool exclusive = false;
};
struct ProfileTask {
  std::string path;
  std::vector<std::string> members; // ids or "$task"
};

/// A program that is run for what it does, each time; nothing of it is stored or hashed.
struct CommandTask {
  std::vector<std::string> argv;   // $NAME is replaced, by the job language's rule
  std::vector<SpecImport> imports; // <REF>_DIR and <REF>_ID; ids or "$task"
  std::vector<std::pair<std::string, std::string>> environment; // in order; $NAME is replaced
  std::string directory;                                        // "": the caller's
  int cores = 1;
  bool exclusive = false;
};

using TaskAction = std::variant<FetchTask, PackTask, BuildTask, ProfileTask, CommandTask>;

struct Task {
  std::string name;
  TaskAction action;
  std::vector<std::string>
      needs; // further tasks; those meant by "$task" and by source keys need not be listed
};

/// Tasks in the order of the document.
struct TaskGraph {
  std::vector<Task> tasks;
  std::string origin = {}; // name of the document that was read; "" for a graph that was made
  const Task* find(std::string_view name) const;
  static TaskGraph read(const Document& document);
  Value to_value() const; // {"version": 1, "tasks": {...}}
};

/// Replaces "$task" in import ids and run by ids; Error usage "tasks.unknown" when a name is no
/// build task.
Value fill_in(const Value& spec, const std::map<std::string, ArtifactId>& ids);

} // namespace hdist
