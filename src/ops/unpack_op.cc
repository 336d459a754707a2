#include "ops/unpack_op.h"

#include "base/text.h"

#include <fmt/format.h>

namespace hdist {

UnpackSourceResponse unpack_source(Session& session, const UnpackSourceRequest& request) {
  std::optional<SourceKey> key = SourceKey::parse(request.key);
  if (!key)
    throw Error(ErrorKind::usage, "source.bad-key",
                fmt::format("'{}' is no source key; one looks like tar.gz:{}",
                            printable(request.key), std::string(52, 'a')));
  std::optional<SourceItem> item = session.sources().find(*key);
  if (!item) {
    Error error(
        ErrorKind::usage, "source.not-found",
        fmt::format("{} is not in the source store {}", key->str(), session.sources().path()));
    error.advise({"fetch it first", "fetch", {"URL"}});
    throw error;
  }
  session.sources().unpack({item->key, request.target, request.strip, false}, session.stop());
  return {item->key, request.target};
}

Value to_value(const UnpackSourceResponse& response) {
  Value value;
  value.set("key", response.key.str());
  value.set("target", response.target);
  return value;
}

} // namespace hdist
