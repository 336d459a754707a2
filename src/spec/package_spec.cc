#include "spec/package_spec.h"

#include "base/text.h"
#include "model/hitpack.h"
#include "spec/handlers.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

bool same_type(const Value& a, const Value& b) {
  return std::string_view(a.type_name()) == b.type_name();
}

void set_parameter(Parameters& parameters, const Document& document, const std::string& name,
                   const Value& value, const std::string& path) {
  const Value& standard = parameters.at(name);
  if (!standard.is_null() && !same_type(standard, value))
    throw document_error(document, value.position(), path,
                         fmt::format("expected the type of the default ({}), found: {}",
                                     standard.type_name(), value.type_name()));
  parameters[name] = value;
}

Error unknown_parameter(const StackFile& stack, const Recipe& recipe, const Value::Member& member,
                        const std::string& path) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : *recipe.parameters.if_map())
    names.push_back(name);
  std::optional<std::string> meant = nearest(member.first, names);
  std::string hint = meant           ? fmt::format("; is '{}' meant?", *meant)
                     : names.empty() ? std::string("; it has none")
                                     : fmt::format("; it has {}", join(names, ", "));
  return document_error(stack.document, member.second.position(), path,
                        fmt::format("{} has no parameter of this name{}", recipe.file.name, hint),
                        "unknown-parameter");
}

} // namespace

Parameters package_parameters(const Recipe& recipe, const StackFile& stack, const Value& settings,
                              const std::string& settings_path) {
  Parameters parameters;
  for (const auto& [name, value] : *recipe.parameters.if_map())
    parameters[name] = value;
  if (const Value::Map* global = stack.parameters.if_map())
    for (const auto& [name, value] : *global)
      if (parameters.contains(name))
        set_parameter(parameters, stack.document, name, value, "parameters." + name);
  if (const Value::Map* own = settings.if_map()) {
    for (const Value::Member& member : *own) {
      std::string path = settings_path + "." + member.first;
      if (!parameters.contains(member.first)) throw unknown_parameter(stack, recipe, member, path);
      set_parameter(parameters, stack.document, member.first, member.second, path);
    }
  }
  parameters["name"] = recipe.file.name;
  parameters["version"] = recipe.file.version;
  return parameters;
}

namespace {

SourceKey source_key(const Document& document, const Value& text, const std::string& path) {
  std::optional<SourceKey> key = SourceKey::parse(expect_string(document, text, path));
  if (!key || key->is_short())
    throw document_error(document, text.position(), path,
                         "expected a source key: a type, ':' and 52 characters, such as tar.gz:...",
                         "source-key");
  return *key;
}

/// Reads {key, url} of `fields` into the source, whose key all alternatives share.
void add_candidate(std::optional<RecipeSource>& source, Fields& fields) {
  SourceKey key = source_key(fields.document(), fields.need("key"), fields.path_of("key"));
  if (!source) source = RecipeSource{key, {}, ".", std::nullopt};
  if (key != source->key)
    throw fields.error("key",
                       "alternatives of one source must have the same key: which of them was used "
                       "would change the artifact's id, and no lock records it yet");
  source->candidates.push_back({fields.text("url"), Expectation(key)});
}

RecipeSource read_source(const Document& document, const Value& item, const std::string& path) {
  Fields fields(document, item, path);
  std::optional<RecipeSource> source;
  if (const Value::List* alternatives = fields.list("alternatives")) {
    for (const Value& alternative : *alternatives) {
      Fields inner(
          document, alternative,
          fmt::format("{}.alternatives[{}]", path, source ? source->candidates.size() : 0));
      add_candidate(source, inner);
      inner.finish();
    }
    if (!source) throw fields.error("alternatives", "expected at least one alternative");
  } else {
    add_candidate(source, fields);
  }
  if (source->key.type() == SourceType::file && fields.find("target") == nullptr)
    throw fields.error("key", "a single file needs a 'target': the name that it gets, such as "
                              "target: fix.patch");
  source->target = read_source_target(fields);
  source->strip = read_source_strip(fields);
  fields.finish();
  return *source;
}

std::vector<RecipeSource> read_sources(const Recipe& recipe, const Parameters& parameters) {
  std::vector<RecipeSource> sources;
  if (recipe.file.sources.is_null()) return sources;
  const Document& document = *recipe.file.document;
  Value value = replace_parameters(document, recipe.file.sources, parameters, "sources");
  if (value.if_list() == nullptr)
    throw document_error(document, value.position(), "sources",
                         fmt::format("expected a list, found {}", type_with_article(value)));
  for (const Value& item : *value.if_list())
    sources.push_back(read_source(document, item, fmt::format("sources[{}]", sources.size())));
  return sources;
}

LinkAction read_link_action(Fields& fields, const Value*& patterns) {
  static const std::vector<std::pair<std::string, LinkAction>> known_actions{
      {"link", LinkAction::symlink}, {"copy", LinkAction::copy}, {"exclude", LinkAction::exclude}};
  std::optional<LinkAction> action;
  for (const auto& [name, value] : known_actions) {
    const Value* found = fields.find(name);
    if (found == nullptr) continue;
    if (action) throw fields.error(name, "expected one of link, copy, exclude, not two");
    action = value;
    patterns = found;
  }
  if (!action) throw fields.error("", "expected one of link, copy, exclude");
  return *action;
}

InstallRule read_link(const Document& document, const Value& item, const std::string& path) {
  Fields fields(document, item, path);
  InstallRule rule;
  const Value* patterns = nullptr;
  rule.action = read_link_action(fields, patterns);
  rule.select = read_install_patterns(document, *patterns, path);
  rule.prefix = read_install_place(fields, "prefix");
  rule.target = read_install_place(fields, "target");
  rule.dirs = fields.flag_or("dirs", false);
  rule.overwrite = fields.flag_or("overwrite", false);
  fields.finish();
  return rule;
}

InstallWishes read_wishes(const Recipe& recipe, const Parameters& parameters) {
  InstallWishes wishes;
  if (recipe.profile_links) {
    const Document& document = *recipe.profile_links->document;
    Value links =
        replace_parameters(document, recipe.profile_links->value, parameters, "profile_links");
    if (links.if_list() == nullptr)
      throw document_error(document, links.position(), "profile_links", "expected a list");
    for (const Value& item : *links.if_list())
      wishes.rules.push_back(
          read_link(document, item, fmt::format("profile_links[{}]", wishes.rules.size())));
  }
  if (recipe.profile_variables) {
    const Document& document = *recipe.profile_variables->document;
    Value variables = replace_parameters(document, recipe.profile_variables->value, parameters,
                                         "profile_variables");
    wishes.environment = read_profile_variables(document, variables, "profile_variables");
  }
  return wishes;
}

std::vector<std::vector<std::string>> read_tests(const Recipe& recipe,
                                                 const Parameters& parameters) {
  std::vector<std::vector<std::string>> tests;
  if (recipe.file.tests.is_null()) return tests;
  const Document& document = *recipe.file.document;
  Value value = replace_parameters(document, recipe.file.tests, parameters, "tests");
  if (value.if_list() == nullptr)
    throw document_error(document, value.position(), "tests", "expected a list");
  for (const Value& item : *value.if_list()) {
    Fields fields(document, item, fmt::format("tests[{}]", tests.size()));
    std::vector<std::string> argv = fields.texts("run");
    if (argv.empty()) throw fields.error("run", "expected a program and its arguments");
    fields.finish();
    tests.push_back(std::move(argv));
  }
  return tests;
}

Value set_unhashed(const std::string& name, const std::string& value) {
  Value node;
  node.set("set", name);
  node.set("nohash_value", value);
  return node;
}

/// The job's list of commands, and the texts of its bash stages.
class JobWriter {
public:
  JobWriter(const Recipe& recipe, const Parameters& parameters)
      : recipe_(recipe), parameters_(parameters) {}

  void environment(const std::map<std::string, ToolIdentity>& tools, const std::string& host_path) {
    static const std::map<std::string, std::string> known_variables{
        {"cc", "CC"}, {"cxx", "CXX"}, {"fc", "FC"}};
    commands_.push_back(set_unhashed("PATH", host_path));
    for (const auto& [role, tool] : tools)
      if (auto variable = known_variables.find(role); variable != known_variables.end())
        commands_.push_back(set_unhashed(variable->second, tool.program));
    actions(recipe_.build_environment, parameters_, "");
  }

  void dependency(const Dependency& dependency) {
    const Recipe& recipe = *dependency.recipe;
    actions(recipe.when_build_dependency, *dependency.parameters,
            variable_prefix(recipe.file.name));
  }

  void stages() {
    for (const StageEntry& stage : recipe_.build_stages) {
      StageWork work = stage_work(stage, parameters_);
      std::move(work.commands.begin(), work.commands.end(), std::back_inserter(commands_));
      std::move(work.files.begin(), work.files.end(), std::back_inserter(files_));
    }
    Value::List arguments{Value("build-postprocess")};
    for (const StageEntry& stage : recipe_.post_process)
      for (std::string& argument : postprocess_arguments(stage, parameters_))
        arguments.emplace_back(std::move(argument));
    if (arguments.size() == 1) return;
    Value node;
    node.set("hdist", Value(std::move(arguments)));
    node.set("nohash_stage", "postprocess");
    commands_.push_back(std::move(node));
  }

  Value::List take_commands() { return std::move(commands_); }
  PackFiles take_files() { return std::move(files_); }

private:
  void actions(const std::vector<Piece>& pieces, const Parameters& parameters,
               const std::string& prefix) {
    for (const Piece& piece : pieces) {
      Value value = replace_parameters(*piece.document, piece.value, parameters, piece.path);
      for (Value& node : environment_actions(*piece.document, value, piece.path, prefix))
        commands_.push_back(std::move(node));
    }
  }

  const Recipe& recipe_;
  const Parameters& parameters_;
  Value::List commands_;
  PackFiles files_;
};

Value source_entry(const std::string& key, const std::string& target,
                   const std::optional<int>& strip) {
  Value entry;
  entry.set("key", key);
  entry.set("target", target);
  if (strip) entry.set("strip", *strip);
  return entry;
}

Value imports_of(const std::map<std::string, Dependency>& dependencies) {
  Value::List imports;
  for (const auto& [name, unused] : dependencies) {
    Value import;
    import.set("id", "$" + build_task_name(name));
    import.set("ref", variable_prefix(name));
    imports.push_back(std::move(import));
  }
  return Value(std::move(imports));
}

/// An error of the host, shown where the tool is asked for.
Error located(const Error& error, const Document& document, Position at, const std::string& path) {
  Error located(error.kind(), error.code(),
                document_error(document, at, path, error.message()).message());
  for (const Advice& advice : error.advice())
    located.advise(advice);
  return located;
}

ToolIdentity identify_tool(const std::string& role, const Piece& asked, const StackFile& stack,
                           const CompileOptions& options) {
  auto chosen = stack.toolchain.find(role);
  bool by_stack = chosen != stack.toolchain.end();
  try {
    return options.tool(role, by_stack ? chosen->second : "");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    if (!by_stack) throw located(error, *asked.document, asked.value.position(), asked.path);
    const Value* tools = stack.document.root.find("toolchain");
    const Value* tool = tools != nullptr ? tools->find(role) : nullptr;
    throw located(error, stack.document, tool != nullptr ? tool->position() : Position(),
                  "toolchain." + role);
  }
}

std::map<std::string, ToolIdentity> identify_tools(const Recipe& recipe, const StackFile& stack,
                                                   const CompileOptions& options) {
  std::map<std::string, ToolIdentity> tools;
  for (const auto& [role, asked] : recipe.toolchain)
    tools.emplace(role, identify_tool(role, asked, stack, options));
  return tools;
}

} // namespace

std::string variable_prefix(const std::string& package) {
  std::string prefix = to_upper(package);
  for (char& c : prefix)
    if (c == '-' || c == '+') c = '_';
  return prefix;
}

std::string build_task_name(const std::string& package) {
  return "build:" + package;
}

PackageSpec package_spec(const Recipe& recipe, const Parameters& parameters,
                         const std::map<std::string, Dependency>& dependencies,
                         const StackFile& stack, const CompileOptions& options) {
  PackageSpec result;
  result.sources = read_sources(recipe, parameters);
  result.tests = read_tests(recipe, parameters);
  std::map<std::string, ToolIdentity> tools = identify_tools(recipe, stack, options);

  JobWriter job(recipe, parameters);
  job.environment(tools, options.host_path);
  for (const auto& [unused, dependency] : dependencies)
    job.dependency(dependency);
  job.stages();

  Value::List sources;
  if (PackFiles files = job.take_files(); !files.empty()) {
    SourceKey key = hitpack_key(write_hitpack(files));
    sources.push_back(source_entry(key.str(), ".", std::nullopt));
    result.pack = PackTask{key, std::move(files)};
  }
  for (const RecipeSource& source : result.sources)
    sources.push_back(source_entry(source.key.str(), source.target, source.strip));

  Value build;
  build.set("import", imports_of(dependencies));
  build.set("commands", Value(job.take_commands()));
  Value toolchain = Value::map();
  for (const auto& [role, tool] : tools)
    toolchain.set(role, tool.identity);
  Value::List run;
  for (const std::string& name : recipe.run_dependencies)
    run.emplace_back("$" + build_task_name(name));

  Value& spec = result.spec;
  spec.set("name", recipe.file.name);
  spec.set("version", recipe.file.version);
  spec.set("platform", to_value(options.platform));
  spec.set("toolchain", std::move(toolchain));
  spec.set("sources", Value(std::move(sources)));
  spec.set("build", std::move(build));
  spec.set("run", Value(std::move(run)));
  if (InstallWishes wishes = read_wishes(recipe, parameters); !wishes.empty())
    spec.set("install", to_value(wishes));
  spec.set("nohash_description", recipe.file.description);
  spec.set("nohash_homepage", recipe.file.homepage);
  spec.set("nohash_license", recipe.file.license);
  return result;
}

} // namespace hdist
