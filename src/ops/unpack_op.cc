#include "ops/unpack_op.h"

#include "base/text.h"
#include "ops/operation_list.h"
#include "ops/source_op.h"
#include "source/mirrors.h"

#include <fmt/format.h>

namespace hdist {

namespace {

/// What is not in the store may be in a mirror, which is asked as for a fetch.
std::optional<SourceItem> from_mirrors(Session& session, const SourceKey& key) {
  const FetchTask task{{{"", Expectation(key)}}};
  if (mirror_places(session.fetcher().options().mirrors, task).empty()) return std::nullopt;
  return session.fetcher().fetch(task, {}, session.stop()).item;
}

/// What was found damaged before, or was cut off, is fetched again.
std::optional<SourceItem> from_damaged(Session& session, const SourceKey& key) {
  std::optional<SourceItem> item = session.sources().find_any(key);
  if (!item || item->state == SourceState::whole) return item;
  const Error damage(ErrorKind::failed, "source.corrupt", fmt::format("{} is damaged", item->path));
  if (std::optional<Error> still = mend_source(session, *item, damage))
    throw Error(*std::move(still));
  return session.sources().find(item->key);
}

SourceItem need(Session& session, const SourceKey& key) {
  std::optional<SourceItem> item = session.sources().find(key);
  if (!item) item = from_damaged(session, key);
  if (!item) item = from_mirrors(session, key);
  if (item) return *std::move(item);
  Error error(ErrorKind::usage, "source.not-found",
              fmt::format("{} is not in the source store {}", key.str(), session.sources().path()));
  error.advise({"fetch it first", "fetch", {"URL"}});
  throw error;
}

} // namespace

UnpackSourceResponse unpack_source(Session& session, const UnpackSourceRequest& request) {
  std::optional<SourceKey> key = SourceKey::parse(request.key);
  if (const std::optional<Expectation> digest = Expectation::parse(request.key); digest && !key)
    if (const std::optional<SourceItem> item = session.sources().find(*digest)) key = item->key;
  if (!key)
    throw Error(ErrorKind::usage, "source.bad-key",
                fmt::format("'{}' is no source key; one looks like tar.gz:{}",
                            printable(request.key), std::string(52, 'a')));
  const SourceItem item = need(session, *key);
  const UnpackRequest unpacking{item.key, request.target, request.strip, false};
  try {
    session.sources().unpack(unpacking, session.stop());
  } catch (const Error& damage) {
    if (damage.code() != "source.corrupt") throw;
    if (std::optional<Error> still = mend_source(session, item, damage)) {
      for (const Advice& advice : damage.advice())
        still->advise(advice);
      throw Error(*std::move(still));
    }
    session.events().warning(
        fmt::format("{} was damaged in the store, and was fetched again", item.key.str()));
    session.sources().unpack(unpacking, session.stop());
  }
  return {item.key, request.target};
}

Value to_value(const UnpackSourceResponse& response) {
  Value value;
  value.set("key", response.key.str());
  value.set("target", response.target);
  return value;
}

UnpackSourceRequest read_unpack_request(const Document& request) {
  constexpr int kMostDirectories = 1000;
  Fields fields(request, request.root, "");
  UnpackSourceRequest result{fields.text("key"), fields.text("target"), std::nullopt};
  int64_t strip = fields.integer_or("strip", -1);
  if (fields.find("strip") != nullptr && !fields.find("strip")->is_null()) {
    if (strip < 0 || strip > kMostDirectories)
      throw fields.error(
          "strip", fmt::format("expected a number of directories from 0 to {}", kMostDirectories));
    result.strip = static_cast<int>(strip);
  }
  fields.finish();
  return result;
}

Operation unpack_operation() {
  return {"unpack", "unpack a source into a directory, verified",
          [](Session& session, const Document& request) {
            return to_value(unpack_source(session, read_unpack_request(request)));
          }};
}

} // namespace hdist
