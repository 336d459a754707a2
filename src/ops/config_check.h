// config_check.h: whether a value of a setting, which has the right form, can be used for what it
// is.
#pragma once

#include "config/keys.h"
#include "ops/session.h"

#include <string>
#include <vector>

namespace hdist {

/// `items`: the checked value, or the elements of a list. Error usage when it can never work:
/// "config.value" or "store.bad-path". Returns what is merely missing now, in sentences.
std::vector<std::string> doubts_about(const Session& session, const KeySpec& key,
                                      const std::vector<std::string>& items);

} // namespace hdist
