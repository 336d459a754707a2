#include "profile/foresee.h"

#include "base/error.h"
#include "profile/generations.h"

#include <fmt/format.h>

#include <set>

namespace hdist {

namespace {

std::set<ArtifactId> requested_in(const ProfileRecord& record) {
  std::set<ArtifactId> ids;
  for (const ProfileMember& member : record.members)
    if (member.requested) ids.insert(member.id);
  return ids;
}

ProfileResult by_ids(const ProfileRequest& request, const std::string& hdist_root) {
  ProfileResult result;
  result.link = absolute_path(request.link);
  Generations generations(hdist_root, result.link);
  if (std::optional<int64_t> current = generations.current()) {
    result.generation = *current;
    result.generation_path = generations.path_of(*current);
    result.record = open_profile(result.generation_path).record;
    std::set<ArtifactId> wanted(request.members.begin(), request.members.end());
    if (generations.link_holds() && requested_in(result.record) == wanted) return result;
  }
  generations.check_link();
  result.generation = generations.next();
  result.generation_path = generations.path_of(result.generation);
  result.changed = true;
  return result;
}

/// Nothing that a build adds takes back what its spec declares: kinds and plain values stay. So a
/// conflict of declared variables is one of the profile. Of more nothing is said.
void check_declared_variables(const ProfileRequest& request, const FindArtifact& find,
                              const FindArtifact& planned, const std::string& hdist_root) {
  FindArtifact known = [&](const ArtifactId& id) {
    std::optional<FoundArtifact> found = find(id);
    return found ? found : planned(id);
  };
  std::string link = absolute_path(request.link);
  try {
    (void)record_of(closure(request.members, known, request.machine),
                    {Generations(hdist_root, link).path_of(1), hdist_root});
  } catch (Error& error) {
    if (error.code() == "profile.missing-artifact") return; // needed by what was built before
    error.during(fmt::format("making the profile {}", request.link));
    throw;
  }
}

} // namespace

ProfileResult foresee_profile(ProfileRequest request, const FindArtifact& find,
                              const ProfilePlaces& places, const FindArtifact& planned,
                              std::stop_token stop) {
  request.dry_run = true;
  try {
    return make_profile(request, find, places, std::move(stop));
  } catch (const Error& error) {
    if (error.code() != "profile.missing-artifact") throw;
  }
  if (planned) check_declared_variables(request, find, planned, places.hdist_root);
  return by_ids(request, places.hdist_root);
}

void check_profile_link(const std::string& link, const std::string& hdist_root) {
  try {
    Generations(hdist_root, absolute_path(link)).check_link();
  } catch (Error& error) {
    error.during(fmt::format("making the profile {}", link));
    throw;
  }
}

} // namespace hdist
