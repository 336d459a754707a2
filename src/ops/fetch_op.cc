#include "ops/fetch_op.h"

#include "base/text.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::vector<SourceCandidate> candidates_of(const std::vector<std::string>& words) {
  std::vector<SourceCandidate> candidates;
  for (const std::string& word : words) {
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

} // namespace hdist
