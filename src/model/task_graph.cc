#include "model/task_graph.h"

#include "base/text.h"
#include "data/fields.h"
#include "model/document_version.h"
#include "model/founding_spec.h"
#include "model/hitpack.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace hdist {
namespace {

constexpr int kVersion = 1;

/// The value of the first field, else of the second: this program's spelling and the founding
/// page's.
const Value* find_either(Fields& fields, std::string_view name, std::string_view founding_name) {
  const Value* value = fields.find(name);
  const Value* other = fields.find(founding_name);
  if (value != nullptr && other != nullptr)
    throw fields.error(founding_name, fmt::format("says the same as \"{}\": give one", name));
  return value != nullptr ? value : other;
}

Expectation read_expectation(const Document& document, const Value& value,
                             const std::string& path) {
  const std::string& text = expect_string(document, value, path);
  if (std::optional<Expectation> expected = Expectation::parse(text)) return *expected;
  throw document_error(document, value.position(), path,
                       fmt::format("\"{}\" is no source key and no SHA-256", printable(text)));
}

SourceCandidate read_candidate(Fields& fields) {
  SourceCandidate candidate{.url = fields.text("url"), .expected = std::nullopt};
  if (candidate.url.empty()) throw fields.error("url", "expected an address");
  const Value* key = find_either(fields, "key", "hash");
  if (key != nullptr && !key->is_null())
    candidate.expected = read_expectation(fields.document(), *key, fields.path_of("key"));
  return candidate;
}

FetchTask read_fetch(Fields& fields) {
  FetchTask fetch;
  const Value::List* list = fields.list("candidates");
  if (list == nullptr) {
    fetch.candidates.push_back(read_candidate(fields));
    return fetch;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    Fields item(fields.document(), (*list)[i],
                fmt::format("{}[{}]", fields.path_of("candidates"), i));
    fetch.candidates.push_back(read_candidate(item));
    item.finish();
  }
  if (list->empty()) throw fields.error("candidates", "expected at least one address");
  return fetch;
}

PackTask read_pack(Fields& fields) {
  std::string text = fields.text("key");
  std::optional<SourceKey> key = SourceKey::parse(text);
  if (!key || key->type() != SourceType::files)
    throw fields.error("key", fmt::format("\"{}\" is no files: key", printable(text)));
  PackTask pack{.key = *key, .files = {}};
  const Value::List* list = fields.list("files");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Fields item(fields.document(), (*list)[i], fmt::format("{}[{}]", fields.path_of("files"), i));
    std::string name = item.text("name");
    if (std::optional<std::string> base64 = item.text_if("base64")) {
      std::optional<std::string> bytes = base64_decode(*base64);
      if (!bytes) throw item.error("base64", "expected base64 with padding");
      pack.files.emplace_back(std::move(name), *std::move(bytes));
    } else {
      pack.files.emplace_back(std::move(name), item.text("text"));
    }
    item.finish();
  }
  if (!hitpack_key(write_hitpack(pack.files)).names_same(pack.key))
    throw fields.error("key", "the files of this pack have another digest");
  return pack;
}

int read_cores(Fields& fields) {
  const Value* cores = find_either(fields, "cores", "ncores");
  if (cores == nullptr) return 1;
  constexpr int64_t kMost = 100'000;
  int64_t count = cores->if_integer() != nullptr ? cores->if_integer()->as_int64().value_or(0) : 0;
  if (count < 1 || count > kMost)
    throw document_error(fields.document(), cores->position(), fields.path_of("cores"),
                         "expected an integer from 1 to 100000");
  return static_cast<int>(count);
}

BuildTask read_build(Fields& fields) {
  const Value* spec = find_either(fields, "spec", "body");
  if (spec == nullptr || spec->if_map() == nullptr)
    throw fields.error("spec", "expected the build spec");
  BuildTask build{.spec = *spec};
  if (is_founding_spec(*spec)) {
    const char* field = fields.find("spec") != nullptr ? "spec" : "body";
    build.spec = map_founding_spec(fields.document(), *spec, fields.path_of(field));
  }
  build.cores = read_cores(fields);
  build.exclusive = fields.flag_or("exclusive", false);
  return build;
}

std::vector<SpecImport> read_imports(Fields& fields) {
  std::vector<SpecImport> imports;
  const Value::List* list = fields.list("import");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Fields item(fields.document(), (*list)[i], fmt::format("{}[{}]", fields.path_of("import"), i));
    SpecImport import{.id = item.text("id"), .ref = item.text_if("ref")};
    if (!import.id.starts_with('$') && !ArtifactId::parse(import.id))
      throw item.error(
          "id", fmt::format("\"{}\" is no artifact id and no \"$task\"", printable(import.id)));
    item.finish();
    imports.push_back(std::move(import));
  }
  return imports;
}

ProfileTask read_profile(Fields& fields) {
  ProfileTask profile{.path = fields.text("path"), .members = fields.texts("members")};
  if (profile.members.empty())
    throw fields.error("members", "expected at least one artifact id or $task");
  return profile;
}

CommandTask read_command(Fields& fields) {
  CommandTask command;
  command.argv = fields.texts("command");
  if (command.argv.empty()) throw fields.error("command", "expected a program and its arguments");
  command.imports = read_imports(fields);
  const Value::Map* environment = fields.map("environment");
  for (std::size_t i = 0; environment != nullptr && i < environment->size(); ++i) {
    const auto& [name, value] = (*environment)[i];
    const std::string path = fields.path_of("environment") + "." + name;
    if (name.empty() || name.find('=') != std::string::npos)
      throw document_error(fields.document(), value.position(), path,
                           fmt::format("\"{}\" cannot be the name of a variable", printable(name)));
    command.environment.emplace_back(name, expect_string(fields.document(), value, path));
  }
  command.directory = fields.text_or("directory", "");
  command.cores = read_cores(fields);
  command.exclusive = fields.flag_or("exclusive", false);
  return command;
}

Task read_task(const Document& document, const Value::Member& member, const std::string& path) {
  const auto& [name, value] = member;
  constexpr std::size_t kMaxName = 500;
  if (name.empty() || name.size() > kMaxName || printable(name) != name)
    throw document_error(document, value.position(), path,
                         fmt::format("\"{}\" cannot be the name of a task", printable(name)));
  Fields fields(document, value, path.empty() ? name : path + "." + name);
  Task task{.name = name, .action = FetchTask{}, .needs = fields.texts("needs")};
  std::string type = fields.text("type");
  if (type == "fetch")
    task.action = read_fetch(fields);
  else if (type == "pack")
    task.action = read_pack(fields);
  else if (type == "build")
    task.action = read_build(fields);
  else if (type == "profile")
    task.action = read_profile(fields);
  else if (type == "command")
    task.action = read_command(fields);
  else
    throw fields.error(
        "type", fmt::format("unknown type \"{}\": expected fetch, pack, build, profile or command",
                            printable(type)));
  fields.finish();
  return task;
}

/// Calls `use` with every text that may be "$task": import ids and run-time dependencies.
template <class Spec, class Use> void for_each_dependency(Spec& spec, const Use& use) {
  if (auto* build = spec.find("build"))
    if (auto* imports = build->find("import"))
      if (auto* list = imports->if_list())
        for (auto& item : *list)
          if (auto* id = item.find("id")) use(*id);
  if (auto* run = spec.find("run"))
    if (auto* list = run->if_list())
      for (auto& item : *list)
        use(item);
}

/// "atlas" for "$atlas"
std::optional<std::string> task_meant(const Value& value) {
  const std::string* text = value.if_string();
  if (text == nullptr || !text->starts_with('$')) return std::nullopt;
  return text->substr(1);
}

std::string unknown_task(const std::string& name, const std::vector<std::string>& known) {
  std::string message = fmt::format("\"{}\" is no build task", printable(name));
  if (std::optional<std::string> near = nearest(name, known))
    message += fmt::format("; did you mean \"{}\"?", *near);
  return message;
}

/// In the founding form, where "tasks" would be the name of a task. What has no type is none.
void check_version_is_not_forgotten(const Document& document) {
  const Value* tasks = document.root.find("tasks");
  if (tasks == nullptr || tasks->find("type") != nullptr) return;
  Error error =
      document_error(document, document.root.position(), "",
                     "the field \"version\" is missing: without it the document itself is "
                     "the map of tasks, and \"tasks\" is none",
                     "missing-field");
  error.advise({"Write {\"version\": 1, \"tasks\": {...}}.", "", {}});
  throw error;
}

/// Every name that a task mentions must be there: found here, with its line, and not in the middle
/// of a run.
class NameCheck {
public:
  NameCheck(const Document& document, const TaskGraph& graph) : document_(document) {
    for (const Task& task : graph.tasks) {
      all_.insert(task.name);
      if (std::holds_alternative<BuildTask>(task.action)) builds_.push_back(task.name);
    }
    std::sort(builds_.begin(), builds_.end());
  }

  void check(const Task& task, const Value& value) const {
    for (const std::string& need : task.needs)
      if (!all_.contains(need))
        fail(task, value, fmt::format("\"{}\" is no task", printable(need)));
    if (const auto* build = std::get_if<BuildTask>(&task.action))
      for_each_dependency(build->spec, [&](const Value& id) { check_meant(task, id); });
    if (const auto* profile = std::get_if<ProfileTask>(&task.action))
      for (const std::string& member : profile->members)
        check_text(task, value, member);
    if (const auto* command = std::get_if<CommandTask>(&task.action))
      for (const SpecImport& import : command->imports)
        check_text(task, value, import.id);
  }

private:
  void check_text(const Task& task, const Value& value, const std::string& id) const {
    Value text(id);
    text.set_position(value.position());
    check_meant(task, text);
  }

  void check_meant(const Task& task, const Value& id) const {
    std::optional<std::string> name = task_meant(id);
    if (name && !std::binary_search(builds_.begin(), builds_.end(), *name))
      fail(task, id, unknown_task(*name, builds_));
  }

  [[noreturn]] void fail(const Task& task, const Value& value, const std::string& message) const {
    std::string text = document_error(document_, value.position(), task.name, message).message();
    throw Error(ErrorKind::usage, "tasks.unknown", std::move(text));
  }

  const Document& document_;
  std::set<std::string, std::less<>> all_;
  std::vector<std::string> builds_; // sorted
};

Value texts_value(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts)
    list.push(text);
  return list;
}

void write(Value& out, const FetchTask& fetch) {
  out.set("type", "fetch");
  Value candidates = Value::list();
  for (const SourceCandidate& candidate : fetch.candidates) {
    Value item = Value::map();
    item.set("url", candidate.url);
    if (candidate.expected) item.set("key", candidate.expected->str());
    candidates.push(std::move(item));
  }
  out.set("candidates", std::move(candidates));
}

void write(Value& out, const PackTask& pack) {
  out.set("type", "pack");
  out.set("key", pack.key.str());
  Value files = Value::list();
  for (const auto& [name, bytes] : pack.files) {
    Value item = Value::map();
    item.set("name", name);
    // JSON text cannot carry every byte: NUL is refused by the reader, and what is no UTF-8 is no
    // text.
    bool is_text = is_valid_utf8(bytes) && bytes.find('\0') == std::string::npos;
    item.set(is_text ? "text" : "base64", is_text ? bytes : base64_encode(bytes));
    files.push(std::move(item));
  }
  out.set("files", std::move(files));
}

void write(Value& out, const BuildTask& build) {
  out.set("type", "build");
  if (build.cores != 1) out.set("cores", build.cores);
  if (build.exclusive) out.set("exclusive", true);
  out.set("spec", build.spec);
}

void write(Value& out, const CommandTask& command) {
  out.set("type", "command");
  out.set("command", texts_value(command.argv));
  for (const SpecImport& import : command.imports) {
    Value item = Value::map();
    item.set("id", import.id);
    if (import.ref) item.set("ref", *import.ref);
    if (out.find("import") == nullptr) out.set("import", Value::list());
    out.find("import")->push(std::move(item));
  }
  Value environment = Value::map();
  for (const auto& [name, text] : command.environment)
    environment.set(name, text);
  if (!command.environment.empty()) out.set("environment", std::move(environment));
  if (!command.directory.empty()) out.set("directory", command.directory);
  if (command.cores != 1) out.set("cores", command.cores);
  if (command.exclusive) out.set("exclusive", true);
}

void write(Value& out, const ProfileTask& profile) {
  out.set("type", "profile");
  out.set("path", profile.path);
  out.set("members", texts_value(profile.members));
}

} // namespace

bool operator==(const FetchTask& a, const FetchTask& b) {
  auto same = [](const SourceCandidate& x, const SourceCandidate& y) {
    if (x.url != y.url || x.expected.has_value() != y.expected.has_value()) return false;
    return !x.expected || x.expected->str() == y.expected->str();
  };
  return std::equal(a.candidates.begin(), a.candidates.end(), b.candidates.begin(),
                    b.candidates.end(), same);
}

const Task* TaskGraph::find(std::string_view name) const {
  for (const Task& task : tasks)
    if (task.name == name) return &task;
  return nullptr;
}

TaskGraph TaskGraph::read(const Document& document) {
  // The founding page's form is the map of tasks alone; a task called "version" would be a map.
  const Value* version = document.root.find("version");
  bool founding = version == nullptr || version->if_map() != nullptr;
  const Value* map = &document.root;
  if (!founding) {
    Fields fields(document, document.root, "");
    check_document_version(fields, kVersion, "tasks.version");
    map = &fields.need("tasks");
    fields.finish();
  }
  if (map->if_map() == nullptr)
    throw document_error(document, map->position(), founding ? "" : "tasks",
                         fmt::format("expected a map of tasks, found {}", type_with_article(*map)));
  if (founding) check_version_is_not_forgotten(document);
  TaskGraph graph;
  graph.origin = document.name;
  for (const Value::Member& member : *map->if_map())
    graph.tasks.push_back(read_task(document, member, founding ? "" : "tasks"));
  NameCheck names(document, graph);
  for (std::size_t i = 0; i < graph.tasks.size(); ++i)
    names.check(graph.tasks[i], (*map->if_map())[i].second);
  return graph;
}

Value TaskGraph::to_value() const {
  Value::Map map; // filled directly: Value::set() would look for each name among all
  for (const Task& task : tasks) {
    Value out = Value::map();
    std::visit([&](const auto& action) { write(out, action); }, task.action);
    if (!task.needs.empty()) out.set("needs", texts_value(task.needs));
    map.emplace_back(task.name, std::move(out));
  }
  Value root = Value::map();
  root.set("version", kVersion);
  root.set("tasks", std::move(map));
  return root;
}

Value fill_in(const Value& spec, const std::map<std::string, ArtifactId>& ids) {
  Value out = spec;
  for_each_dependency(out, [&](Value& id) {
    std::optional<std::string> name = task_meant(id);
    if (!name) return;
    auto found = ids.find(*name);
    if (found == ids.end()) {
      std::vector<std::string> known;
      known.reserve(ids.size());
      for (const auto& [task, _] : ids)
        known.push_back(task);
      throw Error(ErrorKind::usage, "tasks.unknown", unknown_task(*name, known));
    }
    Position position = id.position();
    id = Value(found->second.str());
    id.set_position(position);
  });
  return out;
}

} // namespace hdist
