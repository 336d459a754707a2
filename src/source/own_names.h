// own_names.h: the names that a source store gives to files; no other file is its to remove.
#pragma once

#include "model/source_key.h"

#include <optional>
#include <string_view>

namespace hdist {

/// In `tmp`: unfinished things and suspended downloads.
bool is_unfinished_name(std::string_view name);
/// What a file is called, in any directory, until all of it is written; and a repository in `git`.
bool is_half_written_name(std::string_view name);
/// In `urls` and `stamps`: the digest of an address or path.
bool is_address_name(std::string_view name);
/// In `users`: "<seconds>-<random>".
bool is_user_name(std::string_view name);
/// In `condemned`: "<type>-<digest>", and with ".item" what was set aside; whose they are.
std::optional<SourceKey> condemned_key(std::string_view name);
bool is_condemned_name(std::string_view name);

} // namespace hdist
