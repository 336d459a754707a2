#include "ops/bundle_op.h"

#include "base/text.h"
#include "base/trial_dir.h"
#include "engine/fetch_all.h"
#include "ops/operation_list.h"
#include "ops/runtasks.h"
#include "ops/source_op.h"
#include "source/copy_item.h"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <set>

namespace hdist {

namespace {

class Bundling {
public:
  Bundling(Session& session, const std::string& target)
      : session_(session),
        bundle_(SourceStore::open(absolute_path(target), {session.paths().supervise})) {}

  void add_keys(const std::vector<std::string>& keys) {
    for (SourceItem& item : list_sources(session_, {keys, false}).sources)
      add(std::move(item));
  }

  void add_graph(const TaskGraph& graph) {
    std::vector<FetchTask> fetches;
    std::set<std::string> carried; // packs that the graph has in itself
    for (const Task& task : graph.tasks) {
      if (const auto* fetch = std::get_if<FetchTask>(&task.action)) fetches.push_back(*fetch);
      if (const auto* pack = std::get_if<PackTask>(&task.action)) carried.insert(pack->key.str());
    }
    std::vector<FetchResult> results = fetch_all(session_.fetcher(), fetches, {}, session_.stop());
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].outcome) add(std::move(results[i].outcome->item));
      if (results[i].error) add_problem(name_of(fetches[i]), *results[i].error);
    }
    std::map<std::string, BuildSpec> specs;
    resolve_ids(graph, &specs);
    for (const auto& [task, spec] : specs)
      for (const SpecSource& source : spec.sources())
        if (!carried.contains(source.key.str())) add_needed(source.key);
  }

  BundleResponse finish() && {
    BundleResponse response{bundle_.path(), {}};
    for (const auto& entry : wanted_) {
      const SourceItem& item = entry.second;
      guarded(entry.first, [&] {
        bool is_new = copy_when_there(item);
        // Not in the bundle, which may be another user's; one at a time, so that there is room.
        TrialDir trial(session_.temp_dir());
        bundle_.unpack({.key = item.key, .target = trial.sub("source")}, session_.stop());
        response.sources.push_back({*bundle_.find(item.key), !is_new});
      });
    }
    if (!problems_.empty())
      throw Error(ErrorKind::failed, "bundle.incomplete",
                  fmt::format("{} cannot be in the bundle {}:\n  {}",
                              problems_.size() == 1 ? "a source" : "some sources", bundle_.path(),
                              join(problems_, "\n  ")));
    return response;
  }

private:
  static std::string name_of(const FetchTask& fetch) {
    return fetch.candidates.empty() ? "" : fetch.candidates.front().url;
  }

  void add(SourceItem item) {
    std::string key = item.key.str();
    wanted_.insert_or_assign(std::move(key), std::move(item));
  }

  /// What a spec names and no task fetches.
  void add_needed(const SourceKey& key) {
    for (const auto& [text, item] : wanted_)
      if (item.key.names_same(key)) return;
    if (std::optional<SourceItem> item = session_.sources().find(key))
      add(*std::move(item));
    else if (problems_.empty()) // else it is perhaps what could not be fetched
      problems_.push_back(key.str() + ": it is not in the source store, and nothing fetches it");
  }

  /// A collection sets an item aside for a moment, also between finding and opening it.
  bool copy_when_there(const SourceItem& item) {
    session_.sources().note_use(item.key);
    constexpr int kTries = 100;
    for (int tries = 1;; ++tries) {
      try {
        return copy_item(item, bundle_, session_.stop());
      } catch (const Error& error) {
        if (error.code() != "source.moved" || tries == kTries) throw;
        if (!session_.sources().find(item.key)) throw; // which waits for the collection
      }
    }
  }

  /// One failure leaves the rest to be tried.
  template <typename Work> void guarded(const std::string& name, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      add_problem(name, error);
    }
  }

  void add_problem(const std::string& name, const Error& error) {
    problems_.push_back(
        fmt::format("{}: {}", printable(name), replace_all(error.message(), "\n", "\n  ")));
  }

  Session& session_;
  SourceStore bundle_;
  std::map<std::string, SourceItem> wanted_; // by key
  std::vector<std::string> problems_;
};

} // namespace

int64_t BundleResponse::size_bytes() const {
  return std::accumulate(
      sources.begin(), sources.end(), int64_t{0},
      [](int64_t sum, const BundledSource& source) { return sum + source.item.size_bytes; });
}

BundleResponse bundle_sources(Session& session, const BundleRequest& request) {
  Bundling bundling(session, request.target);
  if (!request.keys.empty()) bundling.add_keys(request.keys);
  if (request.graph)
    bundling.add_graph(*request.graph);
  else if (request.keys.empty())
    bundling.add_graph(compile(session, request.stack).compiled.graph);
  return std::move(bundling).finish();
}

BundleRequest read_bundle_request(const Document& request) {
  Fields fields(request, request.root, "");
  BundleRequest result;
  result.target = fields.text("target");
  result.keys = fields.texts("keys");
  result.stack.stack = fields.text_or("stack", "");
  result.stack.directory = fields.text_or("directory", "");
  if (const Value* graph = fields.find("graph"); graph != nullptr && !graph->is_null())
    result.graph = read_task_graph(Document{request.name, request.text, *graph});
  fields.finish();
  return result;
}

Value to_value(const BundleResponse& response) {
  Value::List sources;
  for (const BundledSource& source : response.sources) {
    Value value = source_value(source.item);
    value.set("was_present", source.was_present);
    sources.push_back(std::move(value));
  }
  Value value;
  value.set("target", response.target);
  value.set("sources", Value(std::move(sources)));
  value.set("size", response.size_bytes());
  return value;
}

Operation bundle_operation() {
  return {"bundle", "a mirror with all that is needed, for a host without network",
          [](Session& session, const Document& request) {
            return to_value(bundle_sources(session, read_bundle_request(request)));
          }};
}

} // namespace hdist
