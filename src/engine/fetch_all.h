// fetch_all.h: many sources at once, as many as the fetcher may, and no server's queue before
// another's.
#pragma once

#include "base/error.h"
#include "source/fetch.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// Sources of one server that are worked on at once: more than may be transferred, because what is
/// there is still put into the store; but not all places, so that others have some.
int tasks_per_server(const FetchOptions& options);

/// What became of one: one of the two.
struct FetchResult {
  std::optional<FetchOutcome> outcome;
  std::optional<Error> error; // "source.unavailable"
};

/// In the order of the tasks; one that cannot be had leaves the others to be tried. Whatever else
/// is wrong (a full disk, a store of another kind) ends all and is thrown; interrupted, too.
std::vector<FetchResult> fetch_all(Fetcher& fetcher, const std::vector<FetchTask>& tasks,
                                   const std::vector<std::string>& tags,
                                   const std::stop_token& stop);

/// What all of them gave. Throws one error that says everything that cannot be had.
std::vector<FetchOutcome> outcomes_of(std::vector<FetchResult> results);

} // namespace hdist
