// install_artifact.h: one artifact into a directory, by its rules: what the command of that name
// does.
#pragma once

#include "profile/links.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace hdist {

/// Makes what the rules of `member` ask for in the directory `target`, beside what is there.
/// Directories may be there already, and links that are the same; anything else at a place is error
/// failed "profile.conflict", and nothing is made. Links are relative where artifact and target lie
/// below `together`. Returns how many links and files it made.
int64_t install_artifact(const LinkMember& member, const std::string& target,
                         const std::string& together, std::stop_token stop = {});

} // namespace hdist
