// The command artifact: what is in the artifact store.
#include "base/error.h"
#include "base/text.h"
#include "ops/artifact_op.h"
#include "ops/dependency_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/table.h"

#include <fmt/format.h>

#include <ctime>
#include <map>
#include <set>

namespace hdist {

namespace {

std::string day_text(int64_t time_s) {
  constexpr std::size_t kDay = 10; // "2026-11-23"
  return time_s == 0 ? "-" : utc_time(time_s).substr(0, kDay);
}

std::string keeper_text(const std::optional<GcReason>& kept) {
  if (!kept) return "-";
  switch (kept->kind) {
  case GcReason::Kind::root:
  case GcReason::Kind::process:
    return printable(kept->text);
  case GcReason::Kind::recent:
    return kept->chain.empty() ? "recent use" : "use of " + kept->chain.back().short_text();
  case GcReason::Kind::artifact:
    break;
  }
  return "";
}

std::string list_text(const ArtifactListResponse& response, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(response.artifacts.size());
  for (const StoredArtifact& artifact : response.artifacts)
    rows.push_back({width > 0 ? artifact.id.short_text() : artifact.id.str(),
                    human_size(artifact.size_bytes), day_text(artifact.built_at_s),
                    day_text(artifact.last_use_s), keeper_text(artifact.kept)});
  return table_text({{"ARTIFACT", false, true},
                     {"SIZE", true},
                     {"BUILT"},
                     {"LAST USE"},
                     {"KEPT BY", false, true}},
                    rows, width);
}

int list_action(Cli& cli, const Arguments& arguments) {
  const ArtifactListResponse response =
      list_artifacts(cli.session(), {.patterns = arguments.values("ARTIFACT"),
                                     .order = artifact_order(arguments.value_or("--sort", "name")),
                                     .unkept = arguments.flag("--unkept")});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(list_text(response, output_width()));
  for (const std::string& problem : response.unreadable)
    cli.events().warning("cannot be read, and may keep more: " + printable(problem));
  return 0;
}

void add_line(std::string& text, const std::string& what, const std::string& value) {
  text += fmt::format("{:<11} {}\n", what, value);
}

std::string build_text(const ArtifactInfoResponse& info) {
  const ArtifactRecord& record = info.record;
  std::string text;
  constexpr double kMilliseconds = 1000;
  add_line(text, "built",
           utc_time(record.built_at_s) +
               (record.built_on.empty() ? "" : " on " + printable(record.built_on)));
  add_line(text, "took",
           fmt::format("{} ({} of processors), {} of memory at most, {}",
                       human_duration(static_cast<double>(record.wall_ms) / kMilliseconds),
                       human_duration(static_cast<double>(record.cpu_ms) / kMilliseconds),
                       human_size(record.peak_memory_bytes),
                       record.isolation.empty() ? "-" : printable(record.isolation)));
  if (record.platform)
    add_line(text, "platform",
             fmt::format("{} {} {} {}", record.platform->os, record.platform->arch,
                         record.platform->cpu, record.platform->libc));
  for (const auto& [role, tool] : record.toolchain)
    add_line(text, "tool", printable(role) + " " + printable(tool));
  return text;
}

std::string spec_text(const ArtifactInfoResponse& info) {
  std::string text;
  if (!info.spec) {
    add_line(text, "spec", "cannot be read: " + printable(info.spec_problem));
    return text;
  }
  for (const SpecSource& source : info.spec->sources())
    add_line(text, "source",
             source.key.str() + (source.target == "." ? "" : "  in " + printable(source.target)));
  for (const SpecImport& import : info.spec->imports())
    add_line(text, "import",
             printable(import.id) + (import.ref ? "  as " + printable(*import.ref) : ""));
  return text;
}

std::string info_text(const ArtifactInfoResponse& info) {
  const ArtifactRecord& record = info.record;
  std::string text;
  add_line(text, "artifact", record.id.str());
  if (!record.version.empty()) add_line(text, "version", printable(record.version));
  add_line(text, "path", printable(info.path));
  if (record.other_store) add_line(text, "held by", printable(*record.other_store));
  add_line(text, "size",
           fmt::format("{} ({} bytes) in {} {}", human_size(record.size_bytes), record.size_bytes,
                       record.file_count, record.file_count == 1 ? "file" : "files"));
  text += build_text(info);
  if (info.last_use_s) add_line(text, "last use", utc_time(*info.last_use_s));
  text += spec_text(info);
  for (const Dependency& dependency : dependencies_of(record))
    if (dependency.is_needed())
      add_line(text, "needs", dependency.id.str() + "  " + ways_text(dependency));
  add_line(text, "digest", record.files.base32());
  if (!info.log.empty()) add_line(text, "log", printable(info.log));
  return text;
}

int info_action(Cli& cli, const Arguments& arguments) {
  std::string text;
  for (const std::string& word : arguments.values("ARTIFACT")) {
    const ArtifactInfoResponse info = artifact_info(cli.session(), word);
    if (cli.json())
      cli.print_json(to_value(info));
    else
      text += (text.empty() ? "" : "\n") + info_text(info);
  }
  cli.print(text);
  return 0;
}

DependencyKind kind_of(const Arguments& arguments, DependencyKind otherwise) {
  if (arguments.flag("--run") && arguments.flag("--build")) return DependencyKind::all;
  if (arguments.flag("--run")) return DependencyKind::run;
  return arguments.flag("--build") ? DependencyKind::build : otherwise;
}

std::string refs_text(const RefsResponse& response, bool all) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(response.refs.size());
  for (const Ref& ref : response.refs)
    rows.push_back({ref.dependency.id.str(), all ? "" : ways_text(ref.dependency),
                    ref.is_there ? "" : "not here"});
  return table_text({{""}, {""}, {""}}, rows, 0);
}

int refs_action(Cli& cli, const Arguments& arguments) {
  const RefsResponse response =
      artifact_refs(cli.session(), {.artifact = arguments.values("ARTIFACT").front(),
                                    .reverse = arguments.flag("--reverse"),
                                    .all = arguments.flag("--all"),
                                    .kind = kind_of(arguments, DependencyKind::run)});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(refs_text(response, arguments.flag("--all")));
  return 0;
}

/// What is below an artifact is drawn where it is met first.
class TreeText {
public:
  explicit TreeText(const TreeResponse& response) {
    for (const DependencyNode& node : response.nodes)
      nodes_.emplace(node.id, &node);
  }

  std::string draw(const ArtifactId& id) {
    text_ = label(id) + "\n";
    drawn_.insert(id);
    struct Level {
      const DependencyNode* node;
      std::size_t next;
      std::string indent;
    };
    std::vector<Level> levels{{nodes_.at(id), 0, ""}}; // a chain may have any length
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.next == level.node->dependencies.size()) {
        levels.pop_back();
        continue;
      }
      const Dependency& dependency = level.node->dependencies[level.next++];
      const bool is_last = level.next == level.node->dependencies.size();
      const std::string indent = level.indent + (is_last ? "   " : "|  ");
      if (draw_one(level.indent + (is_last ? "`- " : "|- "), dependency))
        levels.push_back({nodes_.at(dependency.id), 0, indent});
    }
    return std::move(text_);
  }

private:
  std::string label(const ArtifactId& id) const {
    const DependencyNode& node = *nodes_.at(id);
    if (!node.record) return id.short_text() + "  not here";
    const std::string& version = node.record->version;
    return id.short_text() + (version.empty() ? "" : "  " + printable(version)) + "  " +
           human_size(node.record->size_bytes);
  }

  /// True when what is below it is to follow.
  bool draw_one(const std::string& branch, const Dependency& dependency) {
    const bool is_new = drawn_.insert(dependency.id).second;
    const bool has_more = !nodes_.at(dependency.id)->dependencies.empty();
    text_ += fmt::format("{}{}  ({}){}\n", branch, label(dependency.id), ways_text(dependency),
                         !is_new && has_more ? "  see above" : "");
    return is_new;
  }

  std::map<ArtifactId, const DependencyNode*> nodes_;
  std::set<ArtifactId> drawn_;
  std::string text_;
};

int tree_action(Cli& cli, const Arguments& arguments) {
  const TreeResponse response = artifact_tree(cli.session(), arguments.values("ARTIFACT").front(),
                                              kind_of(arguments, DependencyKind::all));
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(TreeText(response).draw(response.nodes.front().id));
  return 0;
}

int remove_action(Cli& cli, const Arguments& arguments) {
  const ArtifactRemoveResponse response =
      remove_artifacts(cli.session(), {.words = arguments.values("ARTIFACT"),
                                       .dry_run = arguments.flag("--dry-run"),
                                       .ignore_unreadable = arguments.flag("--ignore-unreadable")});
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const GcRemoved& removed : response.removed)
    text += fmt::format("{}  {}  {}\n", response.dry_run ? "would go" : "removed ",
                        removed.id.str(), human_size(removed.size_bytes));
  cli.print(text);
  return 0;
}

struct Verb {
  int (*action)(Cli& cli, const Arguments& arguments);
  std::set<std::string> options;
  std::size_t least = 1, most = 1; // words
};

const std::map<std::string, Verb>& verbs() {
  constexpr std::size_t kAny = SIZE_MAX;
  static const std::map<std::string, Verb> all{
      {"list", {list_action, {"--sort", "--unkept"}, 0, kAny}},
      {"info", {info_action, {}}},
      {"refs", {refs_action, {"--reverse", "--all", "--run", "--build"}}},
      {"tree", {tree_action, {"--run", "--build"}}},
      {"rm", {remove_action, {"--dry-run", "--ignore-unreadable"}, 1, kAny}}};
  return all;
}

int artifact_action(Cli& cli, const Arguments& arguments) {
  const std::string name = *arguments.value("VERB");
  const Verb& verb = verbs().at(name);
  for (const char* option : {"--sort", "--unkept", "--reverse", "--all", "--run", "--build",
                             "--dry-run", "--ignore-unreadable"})
    if (!arguments.values(option).empty() && !verb.options.contains(option))
      throw Error(ErrorKind::usage, "usage.invalid",
                  fmt::format("'artifact {}' takes no '{}'", name, option));
  const std::size_t count = arguments.values("ARTIFACT").size();
  if (count < verb.least || count > verb.most)
    throw Error(ErrorKind::usage, "usage.invalid",
                fmt::format("'artifact {}' takes {}", name,
                            verb.most == 1 ? "one artifact" : "at least one artifact"));
  return verb.action(cli, arguments);
}

} // namespace

CliCommand artifact_command() {
  return {
      {"artifact",
       "plumbing",
       "what is in the artifact store",
       "'artifact list' shows size, when it was built and last used, and what keeps each; ARTIFACT "
       "may have '*' there, for any characters of the name or of the hash. 'artifact info' shows "
       "all that is known of one. 'artifact refs' prints what it refers to and how: declared to be "
       "needed (run), loaded by its programs (load), only named in its files (name); with "
       "--reverse what refers to it. 'artifact tree' draws all that it depends on, also what it "
       "was built with. 'artifact rm' removes artifacts that nothing needs, whenever they were "
       "used; what still needs one is shown, and nothing goes then.\nARTIFACT is an id, "
       "name/PREFIX with 4 characters or more, or a name when there is only one of that name.",
       {{"VERB",
         "list, info, refs, tree or rm",
         true,
         false,
         {"list", "info", "refs", "tree", "rm"}},
        {"ARTIFACT", "id, name/prefix or name", false, true}},
       {{"--sort", "", "KEY", "list: by name, size, built or used", false},
        {"--unkept", "", "", "list: only what nothing keeps", false},
        {"--reverse", "", "", "refs: what refers to it", false},
        {"--all", "", "", "refs: also what those lead to", false},
        {"--run", "", "", "refs, tree: what it needs to run", false},
        {"--build", "", "", "refs, tree: what it was built with", false},
        {"--dry-run", "", "", "rm: say what would go, remove nothing", false},
        {"--ignore-unreadable", "", "", "rm: treat roots that cannot be read as if they were gone",
         false}},
       "",
       {"artifact list --sort size", "artifact list 'lib*'", "artifact info lua",
        "artifact refs --reverse zlib", "artifact tree lua", "artifact rm lua/ab12"}},
      artifact_action};
}

} // namespace hdist
