// references.h: one parallel pass over a finished tree: file list, digests, references to
// artifacts, places of absolute paths.
#pragma once

#include "base/dir.h"
#include "model/artifact_id.h"

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct ScanOptions {
  std::vector<std::string> store_roots; // every spelling: as configured, physical, upstream
  std::string self_directory; // "zlib/abcdefghijkl": name and directory of the scanned artifact
  ArtifactId self;
  /// What may be referred to: id and its directory below a root ("zlib/abcdefghijkl[.n]"); normally
  /// the closure of the imports.
  std::vector<std::pair<ArtifactId, std::string>> candidates;
  int threads = 1;
};

struct ScanResult {
  std::string
      lines; // of files.zst, uncompressed: canonical JSON, one entry a line, sorted by path bytes
  Digest digest; // of `lines`
  int64_t file_count = 0;
  int64_t size_bytes = 0;
  std::set<ArtifactId>
      references; // without self; found as absolute path or as .../name/hash12 of a relative one
};

/// Scans everything below `root` except _hashdist/. Memory does not grow with file size (files are
/// read in pieces that overlap).
ScanResult scan_artifact(const Dir& root, const ScanOptions& options, std::stop_token stop = {});

/// What `text` refers to, without self.
std::set<ArtifactId> references_in(std::string_view text, const ScanOptions& options);

} // namespace hdist
