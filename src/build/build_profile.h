// build_profile.h: directories for profiles of what a build imports, and when they go.
#pragma once

#include "build/clean.h"

#include <string>
#include <vector>

namespace hdist {

/// A new, empty directory <parent>/<build>-<random>; `build` is a name of an artifact. It is stale
/// when process `owner` has ended. Error usage "build.no-such-process".
std::string make_build_profile_dir(const std::string& parent, const std::string& build, int owner);

/// Whether its owner lives or not.
void remove_build_profile(const std::string& directory);
/// Removes the stale ones.
std::vector<CleanedBuild> clean_build_profiles(const std::string& parent, bool dry_run);

} // namespace hdist
