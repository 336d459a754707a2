// verify.h: an artifact's tree compared with its list of files, and the list with the record.
#pragma once

#include "base/dir.h"
#include "model/artifact_record.h"

#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct VerifyOptions {
  bool quick = false; // by what stat says: content is not read
  int threads = 1;
  std::stop_token stop = {};
};

/// What is not as it was when the artifact was made.
struct Damage {
  enum class Kind { missing, added, type, mode, size, content, target, list, spec, unreadable };
  Kind kind = Kind::missing;
  std::string path;   // below the artifact
  std::string detail; // "0644 instead of 0444"
};

struct VerifyResult {
  std::vector<Damage> damage; // by path
  int64_t file_count = 0;     // looked at
  int64_t read_bytes = 0;
};

/// Goes on past everything that is wrong. What was built once more, and what lies in _hashdist
/// beside the list and the spec, is not looked at.
VerifyResult verify_artifact(const Dir& root, const ArtifactRecord& record,
                             const VerifyOptions& options);

/// Gives back the modes that the list says, to what has others. Only where all damage is of modes.
void restore_modes(const Dir& root, const ArtifactRecord& record,
                   const std::vector<Damage>& damage);

const char* damage_text(Damage::Kind kind); // "missing", "added", ...

} // namespace hdist
