#include "ops/unpack_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

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
