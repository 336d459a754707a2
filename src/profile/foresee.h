// foresee.h: what making a profile would do, before everything for it is built.
#pragma once

#include "profile/profile.h"

namespace hdist {

/// make_profile() without writing anything. Where something is not built yet, whether the link
/// would be switched goes by the ids alone: equal requests are equal profiles.
ProfileResult foresee_profile(ProfileRequest request, const FindArtifact& find,
                              const ProfilePlaces& places, std::stop_token stop = {});

} // namespace hdist
