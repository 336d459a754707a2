#include "ops/source_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::size_t kShortest = 4;

/// "tar.gz:abcd", "abcd": does it begin the key, or what follows the type in it?
bool begins(const std::string& word, const SourceKey& key) {
  if (std::optional<SourceKey> whole = SourceKey::parse(word)) return whole->names_same(key);
  std::size_t colon = word.find(':');
  std::string_view digest =
      std::string_view(word).substr(colon == std::string::npos ? 0 : colon + 1);
  if (digest.size() < kShortest || !key.digest().starts_with(digest)) return false;
  return colon == std::string::npos || parse_source_type(word.substr(0, colon)) == key.type();
}

SourceItem one_of(const std::vector<SourceItem>& items, const std::string& word,
                  const std::string& store) {
  std::vector<SourceItem> found;
  std::copy_if(items.begin(), items.end(), std::back_inserter(found),
               [&](const SourceItem& item) { return begins(word, item.key); });
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw Error(ErrorKind::usage, "source.not-found",
                fmt::format("there is no source {} in {}", printable(word), store));
  std::vector<std::string> keys;
  keys.reserve(found.size());
  for (const SourceItem& item : found)
    keys.push_back(item.key.str());
  throw Error(ErrorKind::usage, "source.ambiguous",
              fmt::format("{} may be any of {}", printable(word), join(keys, ", ")));
}

} // namespace

SourceResponse list_sources(Session& session, const SourceRequest& request) {
  SourceResponse response{.store = session.sources().path(), .sources = {}, .damaged = {}};
  std::vector<SourceItem> all = session.sources().list();
  for (const std::string& word : request.words)
    response.sources.push_back(one_of(all, word, response.store));
  if (request.words.empty()) response.sources = std::move(all);
  return response;
}

SourceResponse verify_sources(Session& session, const SourceRequest& request) {
  SourceResponse response = list_sources(session, request);
  for (const SourceItem& item : response.sources) {
    try {
      session.sources().verify(item, session.stop());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      if (!session.sources().find(item.key)) continue; // removed meanwhile
      response.damaged.emplace_back(item, error);
    }
  }
  return response;
}

SourceResponse remove_sources(Session& session, const SourceRequest& request) {
  if (request.words.empty())
    throw Error(ErrorKind::usage, "source.nothing-named",
                "no source is named that is to be removed");
  SourceResponse response = list_sources(session, request);
  if (request.dry_run) return response;
  for (const SourceItem& item : response.sources)
    static_cast<void>(session.sources().remove(
        item, [](const SourceItem&) { return true; }, session.stop()));
  return response;
}

SourceRequest read_source_request(const Document& request, bool may_remove) {
  Fields fields(request, request.root, "");
  SourceRequest result;
  result.words = fields.texts("keys");
  if (may_remove) result.dry_run = fields.flag_or("dry_run", false);
  fields.finish();
  return result;
}

Value source_value(const SourceItem& item) {
  Value::List urls;
  for (const SourceAddress& address : item.addresses) {
    Value entry;
    entry.set("url", address.url);
    entry.set("time", address.time_s);
    urls.push_back(std::move(entry));
  }
  Value value;
  value.set("key", item.key.str());
  value.set("size", item.size_bytes);
  value.set("urls", Value(std::move(urls)));
  value.set("tags", to_value(item.tags));
  value.set("last_use", item.last_use_s);
  value.set("path", item.path);
  return value;
}

Value to_value(const SourceResponse& response) {
  Value::List sources, damaged;
  for (const SourceItem& item : response.sources)
    sources.push_back(source_value(item));
  for (const auto& [item, error] : response.damaged) {
    Value entry;
    entry.set("key", item.key.str());
    entry.set("path", item.path);
    entry.set("reason", error.message());
    damaged.push_back(std::move(entry));
  }
  Value value;
  value.set("store", response.store);
  value.set("sources", Value(std::move(sources)));
  value.set("damaged", Value(std::move(damaged)));
  return value;
}

Operation source_list_operation() {
  return {"source-list", "what is in the source store",
          [](Session& session, const Document& request) {
            return to_value(list_sources(session, read_source_request(request, false)));
          }};
}

Operation source_verify_operation() {
  return {"source-verify", "compare sources with their keys",
          [](Session& session, const Document& request) {
            return to_value(verify_sources(session, read_source_request(request, false)));
          }};
}

Operation source_remove_operation() {
  return {"source-rm", "remove sources", [](Session& session, const Document& request) {
            return to_value(remove_sources(session, read_source_request(request, true)));
          }};
}

} // namespace hdist
