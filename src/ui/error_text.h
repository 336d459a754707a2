// error_text.h: errors, failed builds and failed tasks as text for a person: what, on what, why,
// what next.
#pragma once

#include "base/error.h"
#include "data/value.h"
#include "ops/update.h"

#include <string>

namespace hdist {

/// Each line of it printable(): what comes from files and servers cannot move the cursor.
std::string printable_lines(const std::string& text);

/// "hdist: fetching ...: <message>" with the tasks below it and the advice last.
std::string error_text(const Error& error, const std::string& program);

/// The stage, the first error line, the last lines of the log, where log and build directory are,
/// and what to type next.
std::string failure_text(const BuildFailure& failure, const std::string& program);

/// Each root failure once, then what was skipped because of it.
std::string run_failures_text(const RealizeReport& report, const std::string& program);

} // namespace hdist
