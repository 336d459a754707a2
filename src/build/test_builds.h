// test_builds.h: a builder with stores of its own and short specs, for the tests of this folder.
#pragma once

#include "build/builder.h"
#include "data/json.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace hdist {

/// Everything a builder needs, below one directory.
class BuildPlace {
public:
  explicit BuildPlace(const std::string& root)
      : root_(root), store(ArtifactStore::open(root + "/store", {.durable = false})),
        sources(SourceStore::open(root + "/sources")), publisher(store) {
    options.temp_dir = root + "/builds";
    options.log_dir = root + "/logs";
    options.supervise = HDIST_SUPERVISE_PATH;
    options.self_program = "/bin/echo";
    options.self_name = "hdist";
    options.config_json = R"({"k":"v"})";
    options.cpus = 2;
    options.machine = {"linux", "x86_64", "x86-64", "glibc-2.36"};
  }

  BuildOutcome build(const BuildSpec& spec, std::stop_token stop = {}) {
    Builder builder(store, sources, publisher, options, events);
    return builder.build(spec, std::move(stop));
  }
  /// Expected to work.
  BuildSuccess must_build(const BuildSpec& spec) {
    BuildOutcome outcome = build(spec);
    if (const BuildFailure* failure = std::get_if<BuildFailure>(&outcome))
      ADD_FAILURE() << failure->code << ": " << failure->reason << "\n"
                    << (failure->first_error ? failure->first_error->line : "");
    return std::get<BuildSuccess>(outcome);
  }
  /// Expected to fail.
  BuildFailure must_fail(const BuildSpec& spec, std::stop_token stop = {}) {
    return std::get<BuildFailure>(build(spec, std::move(stop)));
  }
  const std::string& root() const { return root_; }

private:
  std::string root_;

public:
  ArtifactStore store;
  SourceStore sources;
  Publisher publisher;
  BuildOptions options;
  RecordedEvents events;
};

struct SpecParts {
  std::string script;                                            // for /bin/sh
  std::vector<std::pair<std::string, std::string>> imports = {}; // id, ref
  std::vector<std::string> run = {};
  std::string fields = {}; // further members, as JSON text
};

/// One command that runs the script, with dollars for the shell.
inline BuildSpec spec_of(const std::string& name, const SpecParts& parts) {
  Value spec = parse_json("{\"name\": \"" + name + "\"" + parts.fields + "}", "spec");
  std::string script;
  for (char c : parts.script)
    script += c == '$' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  Value command;
  command.set("cmd", Value(Value::List{"/bin/sh", "-c", script}));
  command.set("nohash_stage", "script");
  Value path;
  path.set("set", "PATH");
  path.set("nohash_value", "/usr/bin:/bin");
  Value build;
  Value import_list = Value::list();
  for (const auto& [id, ref] : parts.imports) {
    Value import;
    import.set("id", id);
    import.set("ref", ref);
    import_list.push(std::move(import));
  }
  build.set("import", std::move(import_list));
  build.set("commands", Value(Value::List{std::move(path), std::move(command)}));
  spec.set("build", std::move(build));
  for (const std::string& id : parts.run) {
    if (spec.find("run") == nullptr) spec.set("run", Value::list());
    spec.find("run")->push(id);
  }
  return BuildSpec::from_value(std::move(spec));
}

inline BuildSpec shell_spec(const std::string& name, const std::string& script) {
  return spec_of(name, SpecParts{.script = script});
}

} // namespace hdist
