// job_check.h: what is wrong with the commands of a job, before anything runs.
#pragma once

#include "data/value.h"

#include <string>
#include <string_view>

namespace hdist {

/// Error usage "job.bad-command" for a node with an unknown field, two actions or a value of the
/// wrong type; it names the node, its stage, and line and column in `document` where that has a
/// name. `path` is where `commands` stands in it.
void check_job(const Value& commands, const Document& document = {},
               const std::string& path = "build.commands");

/// The action of a node that was checked: "cmd", "set", ...; "" when it has none.
std::string_view job_action(const Value& node);
/// Whether a program is run by it.
bool job_runs_program(std::string_view action);

} // namespace hdist
