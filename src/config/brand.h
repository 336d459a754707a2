// brand.h: name, texts and places of the distribution this program is. The only place where the
// program's name stands.
#pragma once

#include <string>
#include <vector>

namespace hdist {

/// A program that a brand has as a command of its own: lib/<program>/commands/<name>.
struct BrandCommand {
  std::string name;
  std::string summary; // one line, no full stop
};

struct Brand {
  std::string program = "hdist"; // the command
  std::string title = "hdist";   // in sentences
  std::string tagline = "software stacks, hash-addressed and relocatable, without root";
  std::string env_prefix = "HDIST_"; // HDIST_CONFIG, HDIST_HOME, ...
  std::string config_file = "~/.hashdistconfig";
  std::string old_config_file = "~/.hashdistrc";
  std::string system_config_file = "/etc/hashdistconfig";
  std::string root = "~/.hashdist"; // the hdist root
  std::string config_section = "hashdist";
  std::string python_package = "hashdist";
  // Whose root the stores are in unless the config says otherwise: its own, or the shared one.
  std::string sources_root = "~/.hashdist";
  std::string artifacts_root = "~/.hashdist";
  std::string issue_address;  // where to report a defect; empty: say nothing
  std::string update_address; // where newer versions are; empty: say nothing
  bool has_default_stack =
      false; // share/<program>/stack.yaml, for `update` where there is no other
  std::vector<std::string> hidden_commands; // not shown; they work, since jobs may call them
  std::vector<BrandCommand> commands;
};

} // namespace hdist
