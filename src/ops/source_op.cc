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
  if (std::optional<Expectation> digest = Expectation::parse(word)) return digest->met_by(key);
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
      if (std::optional<SourceItem> item = store.find_any(*key)) return *std::move(item);
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
  std::vector<SourceItem> all = session.sources().list_all();
  for (const std::string& word : request.words)
    response.sources.push_back(one_of(all, word, session.sources()));
  if (request.words.empty()) response.sources = std::move(all);
  for (const SourceItem& item : response.sources)
    if (item.state != SourceState::whole)
      response.damaged.emplace_back(item, Error(ErrorKind::failed, "source.corrupt",
                                                "it was found damaged, and counts as absent"));
  return response;
}

namespace {

/// It says that the source is damaged. Every other error says only that it could not be read: for
/// want of a program, of memory, of a right.
bool is_damage(const Error& error) {
  constexpr std::array<std::string_view, 6> kDamages{
      "source.corrupt", "source.unsafe-path", "source.too-large", "source.not-found", // a submodule
      "system.EIO",     "system.EUCLEAN"};
  return std::find(kDamages.begin(), kDamages.end(), error.code()) != kDamages.end();
}

/// What kept it from being found whole; nullopt also where it was removed meanwhile.
std::optional<Error> problem_of(Session& session, const SourceItem& item) {
  try {
    session.sources().verify(item, session.stop());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    const bool may_be_gone = error.code() == "source.not-found" || error.code() == "system.ENOENT";
    if (may_be_gone && !session.sources().find(item.key)) return std::nullopt;
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
  FetchTask task;
  for (const SourceAddress& address : item.addresses)
    task.candidates.push_back({address.url, Expectation(item.key)});
  if (task.candidates.empty() && !session.fetcher().options().mirrors.empty())
    task.candidates.push_back({"", Expectation(item.key)});
  if (task.candidates.empty()) return cannot("no address is known that gave it");
  try {
    // One that was mended before may have had what both lacked, as a submodule.
    const bool is_commit = item.key.type() == SourceType::git;
    if (is_commit && !problem_of(session, item)) return std::nullopt;
    session.sources().mend(
        item, [&] { static_cast<void>(session.fetcher().fetch(task, item.tags, session.stop())); },
        session.stop());
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
  std::vector<SourceItem> all = session.sources().list_all();
  for (const std::string& word : request.words)
    response.sources.push_back(one_of(all, word, session.sources()));
  if (request.words.empty()) response.sources = std::move(all);
  // A commit may lack what a submodule of it lacks: once others are mended it is looked at again.
  std::vector<std::pair<SourceItem, Error>> commits;
  for (const SourceItem& item : response.sources) {
    std::optional<Error> damage = problem_of(session, item);
    if (!damage) continue;
    if (!is_damage(*damage)) {
      response.unread.emplace_back(item, *std::move(damage));
      continue;
    }
    std::optional<Error> still = request.repair ? mend_source(session, item, *damage) : damage;
    if (request.repair && still && item.key.type() == SourceType::git)
      commits.emplace_back(item, *std::move(still));
    else
      settle(session, item, std::move(still), response);
  }
  for (auto& [item, error] : commits) {
    const SourceItem now = session.sources().find_any(item.key).value_or(item);
    settle(session, item, problem_of(session, now) ? std::optional(std::move(error)) : std::nullopt,
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
