// rebrand_op.h: `rebrand`: an installation of this program under another name.
#pragma once

#include "ops/operation.h"

#include <functional>
#include <string>

namespace hdist {

struct RebrandRequest {
  std::string brand_file; // brand.toml (docs/guide/brands.md)
  std::string output;     // a directory that is not there yet
  /// Writes manual pages and completions below a share directory; `ui` knows them.
  std::function<void(const Brand& brand, const std::string& share)> write_help;
};

struct RebrandResponse {
  Brand brand;
  std::string path; // of the installation: bin, lib, share below it
};

/// The installation that this program is part of, copied, with its own command, config and Python
/// package. Complete or not at all. Error usage "rebrand.exists"; refused "brand.name".
RebrandResponse rebrand(Session& session, const RebrandRequest& request);
Value to_value(const RebrandResponse& response);

} // namespace hdist
