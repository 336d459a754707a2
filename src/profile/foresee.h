// foresee.h: what making a profile would do, before everything for it is built.
#pragma once

#include "profile/profile.h"

namespace hdist {

/// make_profile() without writing anything. Where something is not built yet, whether the link
/// would be switched goes by the ids alone: equal requests are equal profiles. `planned` gives what
/// is declared of such an artifact (run-time dependencies, variables, the path it is likely to
/// get); a conflict of variables that is certain by that is an error here, too.
ProfileResult foresee_profile(ProfileRequest request, const FindArtifact& find,
                              const ProfilePlaces& places, const FindArtifact& planned = {},
                              std::stop_token stop = {});

/// The errors that make_profile() has when it cannot switch the link PATH, for when it would.
void check_profile_link(const std::string& link, const std::string& hdist_root);

} // namespace hdist
