// trust.h: whether others than its user could have written a file that decides what runs.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace hdist {

/// Why a file with this owner and mode does not speak for `user` alone ("it belongs to user 1001");
/// nullopt: only root and `user` can have written it. The launching stage (launcher/stage.c) has
/// the same rule.
std::optional<std::string> why_untrusted(const struct stat& info, uid_t user);

/// A group that is called like the user and has no other member: the user alone in other words.
bool is_own_group(gid_t group, uid_t user);

/// The user of that name, or of that number. Error usage "config.value" when there is none.
uid_t user_of(const std::string& name_or_number);

} // namespace hdist
