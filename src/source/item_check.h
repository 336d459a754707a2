// item_check.h: whether an item has the content that its key names. For the source store itself.
#pragma once

#include "source/store_files.h"

#include <stop_token>
#include <string>

namespace hdist {

/// Reads all of a file and compares it. Errors failed "source.corrupt", and as of system calls.
void compare_content(const SourceKey& key, const std::string& path, const std::stop_token& stop);
/// Reads all of an item, notes what was found out, and throws as compare_content(), of a commit as
/// git_content.h.
void verify_item(const StoreFiles& files, const SourceItem& item, const std::stop_token& stop);

} // namespace hdist
