// rebrand_op.h: `rebrand`: an installation of this program under another name.
#pragma once

#include "ops/operation.h"

#include <string>

namespace hdist {

struct RebrandRequest {
  std::string brand_file; // brand.toml (docs/guide/brands.md)
  /// New: a directory, or an archive when the name ends in .tar, .tar.gz, .tar.xz or .tar.zst.
  std::string output;
};

struct RebrandResponse {
  Brand brand;
  std::string path; // of the directory or archive
};

/// The installation that this program is part of, copied, with its own command, config and Python
/// package; of an archive all is in <program>-<version>. Complete or not at all. Error usage
/// "rebrand.not-found", "rebrand.exists", "rebrand.archive"; refused "brand.name".
RebrandResponse rebrand(Session& session, const RebrandRequest& request);
Value to_value(const RebrandResponse& response);
/// {"brand_file", "output"}
RebrandRequest read_rebrand_request(const Document& request);

} // namespace hdist
