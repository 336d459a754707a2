// stack.h: stack and recipes to a task graph: the entry point of the spec layer.
#pragma once

#include "model/task_graph.h"
#include "spec/package_file.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct StackPackage {
  std::string name;
  Value settings; // parameters of the recipe, a map or null
  Position position;
};

/// stack.yaml as read.
struct StackFile {
  Document document;
  std::string path; // absolute
  std::string name; // also the default profile name
  std::vector<StackPackage> packages;
  std::map<std::string, std::string> toolchain; // role -> program: {cc: clang}
  Value parameters;                      // for every recipe that has a parameter of that name
  std::vector<std::string> package_dirs; // absolute; before the collections
};

StackFile read_stack(const std::string& path);
/// "stack.yaml" here or in the nearest parent directory; Error usage "stack.not-found" says where
/// was looked.
std::string find_stack(const std::string& directory);
std::optional<std::string> find_stack_if_any(const std::string& directory);

/// A tool as the host layer identified it.
struct ToolIdentity {
  std::string program;  // absolute path
  std::string identity; // what is hashed
};

struct CompileOptions {
  std::vector<std::string> collections; // directories of recipes, after the stack's own
  Platform platform;
  /// Identifies a role's tool; `program` is empty for the role's usual one.
  std::function<ToolIdentity(const std::string& role, const std::string& program)> tool;
  std::string host_path = "/usr/local/bin:/usr/bin:/bin"; // PATH of jobs, unhashed
};

struct CompiledPackage {
  std::string name, version, description;
  std::string task; // name of its build task, "build:lua"
  bool requested = false;
  std::vector<std::vector<std::string>> tests; // argv to run in the finished profile
};

struct Compiled {
  TaskGraph graph;                       // packs, fetches, builds
  std::vector<CompiledPackage> packages; // dependencies first
  std::vector<std::string> files;        // every file that was read
};

/// Everything reachable through dependencies is in the graph. Errors: unknown package (nearest
/// name, where it was looked for), dependency cycle (its members), abstract recipe listed, unknown
/// parameter, ... all with file, line and column.
Compiled compile_stack(const StackFile& stack, const CompileOptions& options);

} // namespace hdist
