#include "ui/command_list.h"

namespace hdist {

const std::vector<CliCommand>& commands() {
  static const std::vector<CliCommand> all{update_command(),
                                           shell_command(),
                                           run_command(),
                                           env_command(),
                                           gc_command(),
                                           root_command(),
                                           log_command(),
                                           profile_command(),
                                           bundle_command(),
                                           config_command(),
                                           schema_command(),
                                           rebrand_command(),
                                           help_command(),
                                           fetch_command(),
                                           unpack_command(),
                                           source_command(),
                                           hash_command(),
                                           build_command(),
                                           resolve_command(),
                                           compile_command(),
                                           runtasks_command(),
                                           makeprofile_command(),
                                           makebuildprofile_command(),
                                           install_artifact_command(),
                                           postprocess_command()};
  return all;
}

const std::vector<OptionInfo>& global_options() {
  static const std::vector<OptionInfo> options{
      {"--directory", "-C", "DIR", "do everything as if started in DIR", false},
      {"--config", "", "FILE", "settings from this file alone", false},
      {"--jobs", "-j", "N", "processors to use for builds", false},
      {"--json", "", "", "print the result as JSON", false},
      {"--quiet", "-q", "", "only warnings and errors", false},
      {"--verbose", "-v", "", "say more, and show what builds print", false},
      {"--version", "", "", "print the version", false},
  };
  return options;
}

} // namespace hdist
