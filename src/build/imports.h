// imports.h: what a spec needs, as artifacts that are there.
#pragma once

#include "build/job_env.h"
#include "model/artifact_record.h"
#include "store/artifact_store.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hdist {

using FindRecord = std::function<std::optional<ArtifactRecord>(const ArtifactId&)>;

struct ResolvedImports {
  std::vector<JobImport> job;      // in the order of the spec
  std::vector<ArtifactId> imports; // the same, real ids
  std::vector<ArtifactId> run;
  std::vector<std::string> missing; // ids, "virtual:x, which is y/..." where mapped
  /// All that the artifact may refer to: imports, run, and what those refer to and run with in
  /// turn; with the directory of each ("zlib/abcdefghijkl").
  std::vector<std::pair<ArtifactId, std::string>> closure;
};

/// The artifact that an import stands for, there or not. Errors as of resolve_import(), and usage
/// "job.bad-virtual".
ArtifactId import_meant(const std::string& id, const std::map<std::string, std::string>& virtuals);

/// Virtual imports by `virtuals`. Errors as of resolve_import().
ResolvedImports resolve_imports(const BuildSpec& spec,
                                const std::map<std::string, std::string>& virtuals,
                                const FindRecord& find, const ArtifactStore& store);

} // namespace hdist
