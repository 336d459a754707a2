// source_gc_op.h: `gc --sources`: sources that are past their time are removed.
#pragma once

#include "ops/operation.h"
#include "source/source_gc.h"

namespace hdist {

struct SourceGcRequest {
  bool dry_run = false;
};

struct SourceGcResponse {
  bool dry_run = false;
  std::string store;
  SourceGcReport report;
};

/// By the settings keep-NAME of [sources].
SourceGcResponse collect_old_sources(Session& session, const SourceGcRequest& request);
/// {"dry_run": false}
SourceGcRequest read_source_gc_request(const Document& request);
Value to_value(const SourceGcResponse& response);

} // namespace hdist
