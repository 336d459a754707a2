// test_artifacts.h: small artifacts, and a look at a whole store, for the tests of this folder.
#pragma once

#include "base/dir.h"
#include "base/path.h"
#include "store/artifact_store.h"
#include "store/references.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hdist {

/// name/ and 32 times `letter`.
inline ArtifactId test_id(const std::string& name, char letter = 'a') {
  return *ArtifactId::parse(name + "/" + std::string(32, letter));
}

/// Fast enough for a test of what a silent holder costs.
inline StoreOptions test_options() {
  return {.durable = false,
          .lease = {.heartbeat = std::chrono::milliseconds(10),
                    .dead_after = std::chrono::milliseconds(100)}};
}

inline Attempt must_claim(ArtifactStore& store, const ArtifactId& id) {
  return std::get<Attempt>(store.claim(id));
}

inline ScanResult scan_in(const ArtifactStore& store, const ArtifactRecord& record) {
  ScanOptions options{.store_roots = {store.path()},
                      .self_directory = record.id.name() + "/" + record.directory,
                      .self = record.id};
  for (const ArtifactId& import : record.imports)
    options.candidates.emplace_back(import, import.short_text());
  return scan_artifact(Dir::open(store.path_of(record)), options);
}

/// Writes a few files that name `imports`, and the record of it.
inline ArtifactRecord build(const ArtifactStore& store, const Attempt& attempt,
                            const std::vector<ArtifactId>& imports = {}) {
  Dir dir = Dir::open(attempt.path());
  std::string text = "built by " + attempt.token() + "\n";
  for (const ArtifactId& import : imports)
    text += store.path() + "/" + import.short_text() + "/lib\n";
  dir.make_dir("bin").write_file("tool", text, {.mode = 0555});
  dir.make_dir("lib").write_file("data", std::string(5000, 'x'), {.mode = 0444});
  ArtifactRecord record{.id = attempt.id(), .directory = attempt.directory(), .imports = imports};
  ScanResult scan = scan_in(store, record);
  record.references.assign(scan.references.begin(), scan.references.end());
  record.files = scan.digest;
  record.file_count = scan.file_count;
  record.size_bytes = scan.size_bytes;
  return record;
}

inline ArtifactRecord build_and_publish(ArtifactStore& store, const ArtifactId& id,
                                        const std::vector<ArtifactId>& imports = {}) {
  Attempt attempt = must_claim(store, id);
  ArtifactRecord record = build(store, attempt, imports);
  if (!store.publish(std::move(attempt), record)) throw std::runtime_error("not published");
  return record;
}

/// What is wrong in a store: a record whose directory is not whole, or whose references are
/// missing. "" when all is well.
inline std::string damage_of(const ArtifactStore& store) {
  std::string damage;
  for (const ArtifactId& id : store.list()) {
    std::optional<ArtifactRecord> record = store.find(id);
    if (!record) {
      damage += id.short_text() + " is listed but not found\n";
      continue;
    }
    if (scan_in(store, *record).digest != record->files)
      damage += id.short_text() + " is not as recorded\n";
    for (const ArtifactId& reference : record->references)
      if (!store.find(reference))
        damage += id.short_text() + " needs " + reference.short_text() + ", which is not there\n";
  }
  return damage;
}

/// Names in `<name>/`, joined by spaces.
inline std::string names_in(const ArtifactStore& store, const std::string& name) {
  std::string names;
  for (const Entry& entry : Dir::open(store.path()).open_dir(name).list())
    names += (names.empty() ? "" : " ") + entry.name;
  return names;
}

} // namespace hdist
