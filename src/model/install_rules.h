// install_rules.h: how an artifact is installed into a profile; part of the record
// (docs/store-format.md).
#pragma once

#include "data/fields.h"
#include "data/value.h"
#include "model/artifact_id.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

enum class LinkAction { symlink, absolute_symlink, relative_symlink, copy, exclude, launcher };

std::string_view link_action_text(LinkAction action); // "relative_symlink": written to disk
std::optional<LinkAction> parse_link_action(std::string_view text);

/// Applies to the entries below the artifact that match one of `select` (ant-style globs); the
/// first rule that matches an entry decides.
struct InstallRule {
  LinkAction action = LinkAction::symlink;
  std::vector<std::string> select; // relative to the artifact, without leading '/'
  std::string prefix;              // cut from the front of the match; no '/' at either end
  std::string target;              // put in front of the rest; empty: the profile's top
  bool dirs = false;               // `select` means directories, each linked as a whole
  bool overwrite = false;
  friend bool operator==(const InstallRule&, const InstallRule&) = default;
};

/// One environment variable that the profile exports.
struct ProfileVariable {
  enum class Kind { path, flags, plain };
  std::string name;
  Kind kind =
      Kind::plain; // path: lists merge with ':'; flags: with ' '; plain: conflicts are errors
  std::vector<std::string> values; // "$ARTIFACT" and "$PROFILE" are replaced; plain: exactly one
  friend bool operator==(const ProfileVariable&, const ProfileVariable&) = default;
};

struct InstallWishes {
  std::vector<InstallRule> rules;           // empty: everything is linked
  std::vector<ProfileVariable> environment; // each name once; sorted by name when read
  /// A program of a dependency (or of this one) that installs instead of the rules; its first word
  /// begins with a variable. Empty: the rules.
  std::vector<std::string> command;
  std::map<std::string, ArtifactId> dependencies; // what comes with it; by the command's variables
  bool empty() const {
    return rules.empty() && environment.empty() && command.empty() && dependencies.empty();
  }
  friend bool operator==(const InstallWishes&, const InstallWishes&) = default;
};

/// {"rules": [...], "environment": {...}, "command": [...], "dependencies": {...}}: rules as
/// objects
/// {"action", "select", ...} or as the founding page's pairs ["symlink", "/bin/**"]. What leads out
/// of the artifact or of the profile is refused ("install.climbs-out").
InstallWishes read_install_wishes(const Document& document, const Value& value,
                                  const std::string& path);
Value to_value(const InstallWishes& wishes); // canonical shape: only what differs from the default
/// Its parts, for readers of documents that have more beside them. The command is checked against
/// the dependencies given.
std::vector<InstallRule> read_install_rules(Fields& fields); // of "rules"
std::map<std::string, ArtifactId> read_dependencies(Fields& fields, std::string_view name);
std::vector<std::string>
read_install_command(Fields& fields, const std::map<std::string, ArtifactId>& dependencies);

/// The parts of a rule that recipes have, too: a pattern or a list of them, without leading '/'; a
/// path below artifact or profile without '/' at either end, "" when absent.
std::vector<std::string> read_install_patterns(const Document& document, const Value& value,
                                               const std::string& path);
std::string read_install_place(Fields& fields, std::string_view name);

/// {"PATH": {"path": ["$ARTIFACT/bin"]}, "CFLAGS": {"flags": ["-O2"]}, "LANG": "C"}
std::vector<ProfileVariable> read_profile_variables(const Document& document, const Value& value,
                                                    const std::string& path);
Value to_value(const std::vector<ProfileVariable>& variables);

} // namespace hdist
