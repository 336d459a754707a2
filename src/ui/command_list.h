// command_list.h: the commands that commands.cc puts in order; each is defined in the file of its
// group.
#pragma once

#include "ui/command.h"

namespace hdist {

CliCommand update_command(); // command_update.cc
CliCommand compile_command();
CliCommand shell_command(); // command_enter.cc
CliCommand run_command();
CliCommand env_command();
CliCommand profile_command(); // command_registry.cc
CliCommand config_command();  // command_config.cc
CliCommand schema_command();  // command_schema.cc
CliCommand rebrand_command(); // command_rebrand.cc
CliCommand help_command();    // command_help.cc
CliCommand fetch_command();   // command_source.cc
CliCommand unpack_command();
CliCommand source_command();
CliCommand bundle_command(); // command_bundle.cc
/// `gc --sources`, for the command gc.
int collect_sources_action(Cli& cli, const Arguments& arguments);
CliCommand hash_command(); // command_build.cc
CliCommand build_command();
CliCommand resolve_command();
CliCommand runtasks_command();         // command_tasks.cc
CliCommand makeprofile_command();      // command_profile.cc
CliCommand makebuildprofile_command(); // command_build_profile.cc
CliCommand install_artifact_command();
CliCommand gc_command(); // command_clean.cc
CliCommand root_command();
CliCommand du_command();       // command_du.cc
CliCommand artifact_command(); // command_artifact.cc
CliCommand why_command();      // command_why.cc
CliCommand verify_command();   // command_verify.cc
CliCommand log_command();      // command_log.cc
CliCommand debug_command();    // command_debug.cc
CliCommand unpack_build_command();
CliCommand postprocess_command(); // command_job.cc

} // namespace hdist
