// git_mend.h: a damaged commit, fetched anew. For the source store itself.
#pragma once

#include "source/git_store.h"

#include <functional>
#include <stop_token>
#include <string>

namespace hdist {

/// Lets `fetch_again` bring the commit, whose item is in `repository`, from its remote as if
/// nothing of it were there, and check it. When that throws, it is an item as before. Errors as
/// GitStore::set_aside().
void mend_commit(const GitStore& git, const std::string& repository, const std::string& commit,
                 const std::function<void()>& fetch_again, const std::stop_token& stop);

} // namespace hdist
