// log_dir.h: the folder of the logs of failed builds.
#pragma once

#include <cstdint>
#include <string>

namespace hdist {

/// Removes one's own logs there (*.log) that are older than `keep_s`; negative: none. What cannot
/// be removed stays for the next time.
void prune_logs(const std::string& dir, int64_t keep_s) noexcept;

} // namespace hdist
