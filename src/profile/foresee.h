// foresee.h: what making a profile would do, before everything for it is built.
#pragma once

#include "profile/profile.h"

namespace hdist {

/// make_profile() without writing anything. Where something is not built yet, whether the link
/// would be switched goes by the ids alone: equal requests are equal profiles.
ProfileResult foresee_profile(ProfileRequest request, const FindArtifact& find,
                              const ProfilePlaces& places, std::stop_token stop = {});

/// The errors that make_profile() has when it cannot switch the link PATH, for when it would.
void check_profile_link(const std::string& link, const std::string& hdist_root);

} // namespace hdist
