#include "ops/source_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
                  const SourceStore& store) {
  std::vector<SourceItem> found;
  std::copy_if(items.begin(), items.end(), std::back_inserter(found),
               [&](const SourceItem& item) { return begins(word, item.key); });
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    // A collection may have set it aside for a moment, for which a look at one key waits.
    if (const std::optional<SourceKey> key = SourceKey::parse(word))
      if (std::optional<SourceItem> item = store.find(*key)) return *std::move(item);
    throw Error(ErrorKind::usage, "source.not-found",
                fmt::format("there is no source {} in {}", printable(word), store.path()));
  }
  std::vector<std::string> keys;
  keys.reserve(found.size());
  for (const SourceItem& item : found)
    keys.push_back(item.key.str());
  throw Error(ErrorKind::usage, "source.ambiguous",
              fmt::format("{} may be any of {}", printable(word), join(keys, ", ")));
}

} // namespace

SourceResponse list_sources(Session& session, const SourceRequest& request) {
  SourceResponse response{.store = session.sources().path(),
                          .sources = {},
                          .damaged = {},
                          .unread = {},
                          .repaired = {}};
  std::vector<SourceItem> all = session.sources().list();
  for (const std::string& word : request.words)
    response.sources.push_back(one_of(all, word, session.sources()));
  if (request.words.empty()) response.sources = std::move(all);
  return response;
}

namespace {

/// It says nothing about the source, but about this process: no program, process, descriptor or
/// memory was to be had.
bool is_of_reader(const Error& error) {
  constexpr std::array<std::string_view, 10> kShortages{
      "git.not-found",          "system.EAGAIN", "system.EMFILE", "system.ENFILE",
      "system.ENOMEM",          "system.EINVAL", "system.EACCES", "process.not-found",
      "process.not-executable", "process.lost"};
  return std::find(kShortages.begin(), kShortages.end(), error.code()) != kShortages.end();
}

std::optional<Error> damage_of(Session& session, const SourceItem& item,
                               const std::vector<SourceItem>& cut) {
  const bool is_absent = std::any_of(cut.begin(), cut.end(),
                                     [&](const SourceItem& one) { return one.key == item.key; });
  try {
    session.sources().verify(item, session.stop());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    // Else it was removed meanwhile.
    if (error.code() == "source.corrupt" || is_absent || session.sources().find(item.key))
      return error;
  }
  return std::nullopt;
}

} // namespace

std::optional<Error> mend_source(Session& session, const SourceItem& item, const Error& damage) {
  auto cannot = [&](const std::string& why) {
    return Error(damage.kind(), damage.code(),
                 fmt::format("{}; it cannot be repaired: {}", damage.message(), why));
  };
  if (item.key.type() == SourceType::git)
    return cannot("move the repository away and fetch its commits again: mv " +
                  shell_quote(item.path) + " " + shell_quote(item.path + ".old"));
  FetchTask task;
  for (const SourceAddress& address : item.addresses)
    task.candidates.push_back({address.url, Expectation(item.key)});
  if (task.candidates.empty() && !session.fetcher().options().mirrors.empty())
    task.candidates.push_back({"", Expectation(item.key)});
  if (task.candidates.empty()) return cannot("no address is known that gave it");
  try {
    session.sources().mend(
        item, [&] { static_cast<void>(session.fetcher().fetch(task, item.tags, session.stop())); });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return cannot(error.message());
  }
  return std::nullopt;
}

namespace {

void settle(Session& session, const SourceItem& item, std::optional<Error> damage,
            SourceResponse& response) {
  if (damage)
    response.damaged.emplace_back(item, *std::move(damage));
  else
    response.repaired.push_back(session.sources().find(item.key).value_or(item));
}

} // namespace

SourceResponse verify_sources(Session& session, const SourceRequest& request) {
  SourceResponse response{.store = session.sources().path(),
                          .sources = {},
                          .damaged = {},
                          .unread = {},
                          .repaired = {}};
  std::vector<SourceItem> cut = session.sources().cut_off(), all = session.sources().list();
  all.insert(all.end(), cut.begin(), cut.end());
  for (const std::string& word : request.words)
    response.sources.push_back(one_of(all, word, session.sources()));
  if (request.words.empty()) response.sources = std::move(all);
  for (const SourceItem& item : response.sources)
    if (std::optional<Error> damage = damage_of(session, item, cut)) {
      if (is_of_reader(*damage))
        response.unread.emplace_back(item, *std::move(damage));
      else
        settle(session, item, request.repair ? mend_source(session, item, *damage) : damage,
               response);
    }
  return response;
}

SourceResponse remove_sources(Session& session, const SourceRequest& request) {
  if (request.words.empty())
    throw Error(ErrorKind::usage, "source.nothing-named",
                "no source is named that is to be removed");
  SourceResponse response = list_sources(session, request);
  for (const SourceItem& item : response.sources)
    if (!session.sources().is_ours(item))
      throw Error(ErrorKind::refused, "source.others",
                  fmt::format("{} was brought to {} by the user with uid {}; only that user, the "
                              "store's owner and root remove it",
                              item.key.str(), response.store, item.owner));
  if (request.dry_run) return response;
  for (const SourceItem& item : response.sources)
    static_cast<void>(session.sources().remove(
        item, [](const SourceItem&) { return true; }, session.stop()));
  return response;
}

SourceRequest read_source_request(const Document& request, const std::string& flag) {
  Fields fields(request, request.root, "");
  SourceRequest result;
  result.words = fields.texts("keys");
  if (flag == "dry_run") result.dry_run = fields.flag_or(flag, false);
  if (flag == "repair") result.repair = fields.flag_or(flag, false);
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
  value.set("tree", item.tree ? Value(item.tree->str()) : Value());
  return value;
}

namespace {

Value with_reasons(const std::vector<std::pair<SourceItem, Error>>& sources) {
  Value list = Value::list();
  for (const auto& [item, error] : sources) {
    Value entry;
    entry.set("key", item.key.str());
    entry.set("path", item.path);
    entry.set("reason", error.message());
    list.push(std::move(entry));
  }
  return list;
}

} // namespace

Value to_value(const SourceResponse& response) {
  Value::List sources, repaired;
  for (const SourceItem& item : response.sources)
    sources.push_back(source_value(item));
  Value value;
  value.set("store", response.store);
  value.set("sources", Value(std::move(sources)));
  value.set("damaged", with_reasons(response.damaged));
  value.set("unread", with_reasons(response.unread));
  for (const SourceItem& item : response.repaired)
    repaired.emplace_back(item.key.str());
  value.set("repaired", Value(std::move(repaired)));
  return value;
}

Operation source_list_operation() {
  return {"source-list", "what is in the source store",
          [](Session& session, const Document& request) {
            return to_value(list_sources(session, read_source_request(request, "")));
          }};
}

Operation source_verify_operation() {
  return {"source-verify", "compare sources with their keys",
          [](Session& session, const Document& request) {
            return to_value(verify_sources(session, read_source_request(request, "repair")));
          }};
}

Operation source_remove_operation() {
  return {"source-rm", "remove sources", [](Session& session, const Document& request) {
            return to_value(remove_sources(session, read_source_request(request, "dry_run")));
          }};
}

} // namespace hdist
