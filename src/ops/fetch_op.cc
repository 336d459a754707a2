#include "ops/fetch_op.h"

#include "base/text.h"
#include "ops/operation_list.h"
#include "source/git_address.h"
#include "source/retention.h"

#include <fmt/format.h>

namespace hdist {

namespace {

void check_address(const SourceCandidate& source) {
  if (!trim(source.url).empty()) return;
  throw Error(ErrorKind::usage, "source.no-address",
              "an address is empty, expected an http, https or file address, or a path");
}

/// A word like "master" after the address of a repository that names no ref yet.
bool is_ref_of(const SourceCandidate& source, const std::string& word) {
  std::optional<GitAddress> address = parse_git_address(source.url);
  return address && address->ref.empty() && !source.expected && is_git_ref(word) &&
         !parse_git_address(word);
}

} // namespace

std::vector<SourceCandidate> sources_of_words(const std::vector<std::string>& words) {
  std::vector<SourceCandidate> sources;
  for (const std::string& word : words) {
    std::optional<Expectation> expected = Expectation::parse(word);
    if (!expected && !sources.empty() && is_ref_of(sources.back(), word)) {
      sources.back().url += "#" + word;
    } else if (!expected) {
      sources.push_back({word, std::nullopt});
    } else if (sources.empty() || sources.back().expected) {
      throw Error(
          ErrorKind::usage, "fetch.key-without-address",
          fmt::format("the key {} must stand after the address that gives it", printable(word)));
    } else {
      sources.back().expected = std::move(expected);
    }
  }
  return sources;
}

FetchResponse fetch_sources(Session& session, const FetchRequest& request) {
  FetchResponse response;
  for (const std::string& tag : request.tags)
    if (std::optional<std::string> why = bad_tag(tag))
      throw Error(ErrorKind::usage, "source.bad-tag", *why);
  for (const SourceCandidate& candidate : request.sources) {
    check_address(candidate);
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
    SourceCandidate candidate{source.text("url"), std::nullopt};
    if (std::optional<std::string> key = source.text_if("key")) {
      candidate.expected = Expectation::parse(*key);
      if (!candidate.expected) throw source.error("key", "expected a source key or a digest");
    }
    source.finish();
    result.sources.push_back(std::move(candidate));
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
