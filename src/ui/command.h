// command.h: what a command is: its registration, from which parsing, help, man pages and
// completions come, and its action.
#pragma once

#include "config/brand.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

class Cli;

struct OptionInfo {
  std::string name;      // "--jobs"
  std::string letter;    // "-j" or ""
  std::string value;     // "N": takes a value; "" for a flag
  std::string help;      // one line, no full stop
  bool repeated = false; // may be given several times
};

struct PositionalInfo {
  std::string name; // "STACK"
  std::string help;
  bool required = true;
  bool many = false;                     // takes all the rest
  std::vector<std::string> choices = {}; // no other word may stand here; empty: any
  bool may_be_empty = false;             // '' is a value
  bool is_profile = false;               // a name of the registry may stand here
  std::vector<std::string> (*offered)(const Brand&) = nullptr; // what completion offers here
};

struct CommandInfo {
  std::string name;
  std::string group;   // of DESIGN.md 16: "start", "work", "enter", ...
  std::string summary; // one line, no full stop
  /// Paragraphs for help and man page; {program}, {env} and {config} stand for the brand's name,
  /// prefix of variables and config file.
  std::string description;
  std::vector<PositionalInfo> positionals;
  std::vector<OptionInfo> options;
  std::string rest;                  // name of what follows `--` ("COMMAND"); "" when nothing may
  std::vector<std::string> examples; // without the program's name
};

/// The values given; asking for a name that was not registered is a defect and throws
/// std::logic_error.
class Arguments {
public:
  bool flag(const std::string& name) const { return !values_.at(name).empty(); }
  std::optional<std::string> value(const std::string& name) const;
  std::string value_or(const std::string& name, const std::string& fallback) const {
    return value(name).value_or(fallback);
  }
  const std::vector<std::string>& values(const std::string& name) const { return values_.at(name); }
  /// What followed `--`.
  const std::vector<std::string>& rest() const { return rest_; }

  std::map<std::string, std::vector<std::string>> values_; // filled by the parser
  std::vector<std::string> rest_;
};

struct CliCommand {
  CommandInfo info;
  int (*action)(Cli& cli, const Arguments& arguments); // the exit code
  int own_failure = 0; // exit code when this program itself fails; 0: that of the error's kind
};

/// Every command, in the order of the help.
const std::vector<CliCommand>& commands();
/// Those of a brand: its own come first and have no action (brand_command.h); those that it hides
/// have no group. Error usage "brand.commands" for a name that is none, or taken.
std::vector<CliCommand> commands_of(const Brand& brand);
/// Those of them that help and completion show.
std::vector<CliCommand> shown_commands(const Brand& brand);
/// Options that every command takes.
const std::vector<OptionInfo>& global_options();

} // namespace hdist
