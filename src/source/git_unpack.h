// git_unpack.h: a commit with its submodules into a directory.
#pragma once

#include "base/dir.h"
#include "source/git_content.h"

#include <stop_token>
#include <string>

namespace hdist {

/// Exactly the contents that the commit names: no attribute, filter or line ending of the
/// repository or the user has a say. Modes 0644, 0755; times 1980-01-01. Returns the dir: key of
/// what was written. Errors as of git_content.h.
SourceKey unpack_git_commit(const GitStore& store, const std::string& commit, const Dir& target,
                            const std::stop_token& stop);

} // namespace hdist
