#include "base/error.h"
#include "base/text.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

const std::vector<CliCommand>& commands() {
  static const std::vector<CliCommand> all{update_command(),
                                           shell_command(),
                                           run_command(),
                                           env_command(),
                                           gc_command(),
                                           du_command(),
                                           root_command(),
                                           why_command(),
                                           log_command(),
                                           verify_command(),
                                           debug_command(),
                                           profile_command(),
                                           bundle_command(),
                                           config_command(),
                                           schema_command(),
                                           rebrand_command(),
                                           help_command(),
                                           fetch_command(),
                                           unpack_command(),
                                           unpack_build_command(),
                                           source_command(),
                                           hash_command(),
                                           build_command(),
                                           resolve_command(),
                                           artifact_command(),
                                           compile_command(),
                                           runtasks_command(),
                                           makeprofile_command(),
                                           makebuildprofile_command(),
                                           install_artifact_command(),
                                           postprocess_command()};
  return all;
}

namespace {

CliCommand* find_command(std::vector<CliCommand>& all, const std::string& name) {
  auto found = std::find_if(all.begin(), all.end(),
                            [&](const CliCommand& command) { return command.info.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Error no_command(const std::string& name, const std::vector<CliCommand>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const CliCommand& command : all)
    names.push_back(command.info.name);
  std::optional<std::string> meant = nearest(name, names);
  return {ErrorKind::usage, "brand.commands",
          fmt::format("hide: '{}' is no command{}", printable(name),
                      meant ? fmt::format("; is '{}' meant?", *meant) : "")};
}

} // namespace

std::vector<CliCommand> commands_of(const Brand& brand) {
  std::vector<CliCommand> all = commands();
  for (const std::string& name : brand.hidden_commands) {
    CliCommand* command = find_command(all, name);
    if (command == nullptr) throw no_command(name, all);
    command->info.group.clear();
  }
  std::vector<CliCommand> own;
  for (const BrandCommand& command : brand.commands) {
    if (find_command(all, command.name) != nullptr)
      throw Error(ErrorKind::usage, "brand.commands",
                  fmt::format("commands: there is a command '{}' already", command.name));
    CommandInfo info{.name = command.name, .group = brand.title, .summary = command.summary};
    info.positionals = {{"ARGUMENT", "as the command has them", false, true}};
    own.push_back({std::move(info), nullptr});
  }
  all.insert(all.begin(), own.begin(), own.end());
  return all;
}

std::vector<CliCommand> shown_commands(const Brand& brand) {
  std::vector<CliCommand> all = commands_of(brand);
  std::erase_if(all, [](const CliCommand& command) { return command.info.group.empty(); });
  return all;
}

const std::vector<OptionInfo>& global_options() {
  static const std::vector<OptionInfo> options{
      {"--directory", "-C", "DIR", "do everything as if started in DIR", false},
      {"--config", "", "FILE", "settings from this file alone", false},
      {"--jobs", "-j", "N", "processors to use for builds", false},
      {"--json", "", "", "print the result as JSON", false},
      {"--events", "", "FILE", "write what happens to FILE, as lines of JSON", false},
      {"--quiet", "-q", "", "only warnings and errors", false},
      {"--verbose", "-v", "", "say more, and show what builds print", false},
      {"--version", "", "", "print the version", false},
  };
  return options;
}

} // namespace hdist
