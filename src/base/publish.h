// publish.h: the steps by which something complete gets its name. For Dir and its tests, not for
// other components.
#pragma once

#include "base/dir.h"

#include <string>
#include <string_view>

namespace hdist {

enum class Outcome { created, exists, unsupported };

/// linkat(2), judged by looking at both names afterwards.
Outcome try_link(const Dir& dir, const std::string& from, const std::string& to);
/// renameat2(2) with RENAME_NOREPLACE, judged by looking at both names after an error.
Outcome try_rename_new(const Dir& dir, const std::string& from, const std::string& to);
/// Where that is missing: by link for what is no directory, else by looking first. Two processes
/// that move directories to one name cannot both win: rename(2) replaces an empty directory only.
/// False when `to` exists.
bool rename_after_look(const Dir& dir, const std::string& from, const std::string& to);
/// Where neither links nor exclusive renames exist: exclusive creation, then the content. False
/// when `to` exists. Who created a file shows in nothing but the call's answer, so that is believed
/// here alone: a network file system without links and exclusive renames may mislead us.
bool create_in_place(const Dir& dir, const std::string& to, std::string_view bytes,
                     const WriteOptions& options);

} // namespace hdist
