// local_source.h: a file or directory of this machine into the source store.
#pragma once

#include "source/attempt.h"
#include "source/source_store.h"

#include <stop_token>
#include <string>

namespace hdist {

/// A directory gives a dir: item. What is wrong with the path is a reason; errors are the store's
/// own, or interrupted.
AttemptResult take_local(const SourceStore& store, const std::string& path, const Wanted& wanted,
                         const std::stop_token& stop);

} // namespace hdist
