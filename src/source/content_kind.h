// content_kind.h: what bytes look like by their beginning: their type, and words for messages.
#pragma once

#include "model/source_key.h"

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// How a dir: stream begins.
constexpr std::string_view kDirStreamMagic = "hdist-dir 1\n";

/// The archive type that the first bytes show; nullopt when they are of none.
std::optional<SourceType> archive_type_of(std::string_view first_bytes);
/// "an HTML page", "a tar.xz archive", "an empty file", ...
std::string describe_content(std::string_view first_bytes);
/// Error failed "source.not-an-archive" unless bytes that begin so can be of this type. `origin`
/// names what gave them; may be empty.
void check_content(SourceType type, std::string_view first_bytes, const std::string& origin);

} // namespace hdist
