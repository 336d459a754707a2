// artifact_record.h: the small document that makes an artifact exist (docs/store-format.md).
#pragma once

#include "model/build_spec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct ArtifactRecord {
  ArtifactId id;
  std::string version;   // of the package; "" when the spec says none
  std::string directory; // name below the store's <name>/: "<hash12>" or "<hash12>.<n>"
  std::optional<std::string>
      other_store; // an adopted artifact: absolute path of the store that really holds it
  std::vector<ArtifactId> imports;    // build imports that are artifacts, in the spec's order
  std::vector<ArtifactId> run;        // declared run-time dependencies
  std::vector<ArtifactId> references; // scan ∪ run, sorted, without itself
  /// What it takes to run: `run`, and what its programs, libraries and scripts load by themselves.
  /// Sorted, without itself; nullopt in records made before this was written down.
  std::optional<std::vector<ArtifactId>> needs;
  InstallWishes install;
  std::optional<Platform> platform;
  std::map<std::string, std::string> toolchain;
  Digest files; // of the uncompressed lines of _hashdist/files.zst
  int64_t file_count = 0;
  int64_t size_bytes = 0;
  // How it came to be; informative.
  std::string built_on;   // host name
  int64_t built_at_s = 0; // seconds since the epoch
  int64_t wall_ms = 0;
  int64_t cpu_ms = 0;
  int64_t peak_memory_bytes = 0;
  std::string isolation; // "pid-namespace" or "subreaper"

  static ArtifactRecord parse(std::string_view text, std::string_view name);
  std::string text() const; // pretty JSON, fields in fixed order
};

/// A list of texts.
Value ids_value(const std::vector<ArtifactId>& ids);

} // namespace hdist
