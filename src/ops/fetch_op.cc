#include "ops/fetch_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::vector<SourceCandidate> candidates_of(const std::vector<std::string>& words) {
  std::vector<SourceCandidate> candidates;
  for (const std::string& word : words) {
    if (trim(word).empty())
      throw Error(ErrorKind::usage, "source.no-address",
                  "an address is empty, expected an http, https or file address, or a path");
    std::optional<Expectation> expected = Expectation::parse(word);
    if (!expected) {
      candidates.push_back({word, std::nullopt});
      continue;
    }
    if (candidates.empty() || candidates.back().expected)
      throw Error(
          ErrorKind::usage, "fetch.key-without-address",
          fmt::format("the key {} must stand after the address that gives it", printable(word)));
    candidates.back().expected = std::move(expected);
  }
  return candidates;
}

} // namespace

FetchResponse fetch_sources(Session& session, const FetchRequest& request) {
  FetchResponse response;
  for (const SourceCandidate& candidate : candidates_of(request.words)) {
    FetchOutcome outcome = session.fetcher().fetch({{candidate}}, request.tags, session.stop());
    response.sources.push_back(
        {candidate.url, outcome.item.key, outcome.item.size_bytes, outcome.was_present});
  }
  return response;
}

Value to_value(const FetchResponse& response) {
  Value::List sources;
  for (const FetchedSource& source : response.sources) {
    Value entry;
    entry.set("url", source.url);
    entry.set("key", source.key.str());
    entry.set("size", source.size_bytes);
    entry.set("was_present", source.was_present);
    sources.push_back(std::move(entry));
  }
  Value value;
  value.set("sources", Value(std::move(sources)));
  return value;
}

FetchRequest read_fetch_request(const Document& request) {
  Fields fields(request, request.root, "");
  FetchRequest result;
  const Value::List* sources = fields.list("sources");
  if (sources == nullptr || sources->empty())
    throw fields.error("sources", "expected a list of at least one source");
  for (std::size_t i = 0; i < sources->size(); ++i) {
    Fields source(request, (*sources)[i], fmt::format("sources[{}]", i));
    result.words.push_back(source.text("url"));
    if (std::optional<std::string> key = source.text_if("key")) {
      if (!Expectation::parse(*key)) throw source.error("key", "expected a source key or a digest");
      result.words.push_back(*key);
    }
    source.finish();
  }
  result.tags = fields.texts("tags");
  fields.finish();
  return result;
}

Operation fetch_operation() {
  return {"fetch", "put sources into the source store and give their keys",
          [](Session& session, const Document& request) {
            return to_value(fetch_sources(session, read_fetch_request(request)));
          }};
}

} // namespace hdist
