#include "build/imports.h"

#include "base/error.h"

#include <fmt/format.h>

#include <set>

namespace hdist {

ArtifactId import_meant(const std::string& id, const std::map<std::string, std::string>& virtuals) {
  const std::string real = resolve_import(id, virtuals);
  std::optional<ArtifactId> parsed = ArtifactId::parse(real);
  if (!parsed)
    throw Error(
        ErrorKind::usage, "job.bad-virtual",
        fmt::format("the import {} is mapped to \"{}\", which is no artifact id", id, real));
  return *parsed;
}

namespace {

class ImportResolver {
public:
  ImportResolver(const std::map<std::string, std::string>& virtuals, const FindRecord& find)
      : virtuals_(virtuals), find_(find) {}

  /// The record; noted as missing when there is none.
  std::optional<ArtifactRecord> need(const std::string& id, ResolvedImports& result) {
    const ArtifactId real = import_meant(id, virtuals_);
    std::optional<ArtifactRecord> record = find_(real);
    if (!record) {
      std::string text = real.str() == id ? id : fmt::format("{} ({})", real.str(), id);
      if (missing_.insert(text).second) result.missing.push_back(std::move(text));
      return std::nullopt;
    }
    add_to_closure(*record, result);
    return record;
  }

private:
  /// With what the imports refer to and bring along: a job knows no other paths. What their own
  /// builds alone needed is nowhere in them, and would make each build of a long chain dearer than
  /// the one before.
  void add_to_closure(const ArtifactRecord& first, ResolvedImports& result) {
    std::vector<ArtifactRecord> to_do;
    if (seen_.insert(first.id).second) to_do.push_back(first);
    while (!to_do.empty()) {
      const ArtifactRecord record = std::move(to_do.back());
      to_do.pop_back();
      result.closure.emplace_back(record.id, record.id.name() + "/" + record.directory);
      for (const std::vector<ArtifactId>* needs : {&record.references, &record.run})
        for (const ArtifactId& id : *needs)
          if (seen_.insert(id).second)
            if (std::optional<ArtifactRecord> found = find_(id)) to_do.push_back(std::move(*found));
    }
  }

  const std::map<std::string, std::string>& virtuals_;
  const FindRecord& find_;
  std::set<ArtifactId> seen_;
  std::set<std::string> missing_;
};

} // namespace

ResolvedImports resolve_imports(const BuildSpec& spec,
                                const std::map<std::string, std::string>& virtuals,
                                const FindRecord& find, const ArtifactStore& store) {
  ResolvedImports result;
  ImportResolver resolver(virtuals, find);
  for (const SpecImport& import : spec.imports()) {
    std::optional<ArtifactRecord> record = resolver.need(import.id, result);
    if (!record) continue;
    result.job.push_back({record->id.str(), store.path_of(*record), import.ref});
    result.imports.push_back(record->id);
  }
  for (const std::string& id : spec.run())
    if (std::optional<ArtifactRecord> record = resolver.need(id, result))
      result.run.push_back(record->id);
  return result;
}

} // namespace hdist
