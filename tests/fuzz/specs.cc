// Build specs in both forms, the commands of their jobs, and graphs of tasks.
#include "base/error.h"
#include "build/job_check.h"
#include "data/json.h"
#include "fuzz/fuzz.h"
#include "model/founding_spec.h"
#include "model/task_graph.h"

using namespace hdist;

namespace {

constexpr ReadLimits kLimits{.bytes = 1 << 20, .nodes = 20'000};

void check_spec(const Document& document) {
  const BuildSpec spec = BuildSpec::read(document);
  require(ArtifactId::parse(spec.id().str()) == spec.id(), "an id is one");
  require(spec.id().name() == spec.name(), "an id has the spec's name");
  require(artifact_id_of(spec.document()) == spec.id(), "an id is the hash of the document");
  require(hashed_form(hashed_form(spec.document())) == hashed_form(spec.document()),
          "what is hashed has one form");
  for (const std::string& text : {pretty_json(spec.document()), compact_json(spec.document())})
    require(BuildSpec::read(read_json("again", text)).id() == spec.id(),
            "a spec that is written is the spec that was read");
  require(is_founding_spec(document.root) || spec.document() == document.root,
          "a document is kept as given");
  for (const SpecSource& source : spec.sources())
    require(("/" + source.target + "/").find("/../") == std::string::npos &&
                !source.target.starts_with('/'),
            "a source's place does not climb");
  check_job(spec.commands());
}

void check_graph(const Document& document) {
  const TaskGraph graph = TaskGraph::read(document);
  const std::string text = pretty_json(graph.to_value());
  const TaskGraph again = TaskGraph::read(read_json("again", text));
  require(pretty_json(again.to_value()) == text, "a graph that is written can be read");
  for (const Task& task : graph.tasks)
    require(graph.find(task.name) == &task, "a name is of one task");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  try {
    const Document document = read_json("input", std::string(text_of(data, size)), kLimits);
    for (const auto& check : {check_spec, check_graph}) {
      try {
        check(document);
      } catch (const Error& error) {
        require(error.kind() == ErrorKind::usage || error.kind() == ErrorKind::refused,
                "what is wrong is the document");
      }
    }
  } catch (const Error&) { // no JSON
  }
  return 0;
}
