#include "ops/build_profile_op.h"

#include "base/text.h"
#include "build/build_profile.h"
#include "build/imports.h"
#include "data/json.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"

#include <fmt/format.h>

#include <unistd.h>

#include <utility>

namespace hdist {

namespace {

constexpr int kRandom = 8;

struct Imports {
  std::string name; // of the build
  std::vector<ArtifactId> ids;
};

/// A job's imports are in its environment, where virtual ones are resolved already.
Imports imports_of_job(const Session& session) {
  if (!session.in_job())
    throw Error(ErrorKind::usage, "usage.missing-argument", "the build profile of which spec?");
  Imports imports{"job", {}};
  for (const std::string& word : split_words(session.environment().get_or("HDIST_IMPORT", "")))
    if (std::optional<ArtifactId> id = ArtifactId::parse(word)) imports.ids.push_back(*id);
  return imports;
}

Imports imports_of(const Session& session, const std::optional<SpecRequest>& request) {
  if (!request) return imports_of_job(session);
  const Document document = read_json(request->name, request->text);
  const BuildSpec spec =
      explained(session, "build-spec", document, [&] { return BuildSpec::read(document); });
  Imports imports{spec.name(), {}};
  const std::map<std::string, std::string> virtuals = session.virtuals();
  for (const SpecImport& import : spec.imports())
    imports.ids.push_back(import_meant(import.id, virtuals));
  return imports;
}

void check_present(const std::vector<ArtifactId>& ids, const FindArtifact& find) {
  std::vector<std::string> missing;
  for (const ArtifactId& id : ids)
    if (!find(id)) missing.push_back(id.str());
  if (!missing.empty())
    throw Error(ErrorKind::failed, "build.missing-import", "not built yet: " + join(missing, ", "));
}

/// A job has its own place for what goes with it.
std::optional<std::string> jobs_temp(const Session& session) {
  if (!session.in_job()) return std::nullopt;
  return session.environment().get("TMPDIR");
}

/// New and empty.
std::string new_directory(const Session& session, const std::string& name, int owner) {
  if (const std::optional<std::string> temp = jobs_temp(session)) {
    const std::string made = "profile-" + random_name(kRandom);
    Dir::open(*temp).make_dir(made, 0700);
    return join_path(*temp, made);
  }
  clean_build_profiles(build_profiles_dir(session), false);
  return make_build_profile_dir(build_profiles_dir(session), name, owner != 0 ? owner : ::getpid());
}

void remove_directory(const Session& session, const std::string& directory) {
  if (!jobs_temp(session)) return remove_build_profile(directory);
  Dir::open(parent_path(directory)).remove_tree(base_name(directory));
}

} // namespace

std::string build_profiles_dir(const Session& session) {
  return session.paths().root + "/build-profiles";
}

MakeBuildProfileResponse make_build_profile(Session& session,
                                            const MakeBuildProfileRequest& request) {
  Imports imports = imports_of(session, request.spec);
  const FindArtifact find = session.find_artifact();
  check_present(imports.ids, find);
  ProfileRequest profile;
  profile.name = imports.name + " build";
  profile.members = imports.ids;
  profile.machine = session.machine();
  const std::string directory = new_directory(session, imports.name, request.owner);
  ProfilePlaces places;
  places.hdist_root = directory; // alone: neither it nor the store is moved
  places.install = session.install_steps();
  try {
    make_profile_in(directory, profile, find, places, session.stop());
    if (!jobs_temp(session)) session.artifacts().add_root(directory);
  } catch (...) {
    remove_directory(session, directory);
    throw;
  }
  return {directory, std::move(imports.ids)};
}

Value to_value(const MakeBuildProfileResponse& response) {
  std::vector<std::string> ids;
  ids.reserve(response.artifacts.size());
  for (const ArtifactId& id : response.artifacts)
    ids.push_back(id.str());
  Value value;
  value.set("path", response.path);
  value.set("artifacts", to_value(ids));
  return value;
}

MakeBuildProfileRequest read_makebuildprofile_request(const Document& request) {
  Fields fields(request, request.root, "");
  MakeBuildProfileRequest result;
  if (const Value* spec = fields.find("spec"); spec != nullptr && !spec->is_null()) {
    if (spec->if_map() == nullptr) throw fields.error("spec", "expected a build spec, a map");
    result.spec = SpecRequest{request.name + ": spec", compact_json(*spec)};
  }
  const int64_t owner = fields.integer_or("owner", 0);
  if (owner < 0 || owner > INT32_MAX) throw fields.error("owner", "expected a process");
  result.owner = static_cast<int>(owner);
  fields.finish();
  return result;
}

Operation makebuildprofile_operation() {
  return {"makebuildprofile", "a temporary profile of what a build imports",
          [](Session& session, const Document& request) {
            return to_value(make_build_profile(session, read_makebuildprofile_request(request)));
          }};
}

} // namespace hdist
