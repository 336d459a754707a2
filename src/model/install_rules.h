// install_rules.h: how an artifact is installed into a profile; part of the record
// (docs/store-format.md).
#pragma once

#include "data/fields.h"
#include "data/value.h"

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
  bool empty() const { return rules.empty() && environment.empty(); }
  friend bool operator==(const InstallWishes&, const InstallWishes&) = default;
};

/// {"rules": [...], "environment": {...}}: rules as objects {"action", "select", ...} or as the
/// founding page's pairs
/// ["symlink", "/bin/**"].
InstallWishes read_install_wishes(const Document& document, const Value& value,
                                  const std::string& path);
Value to_value(const InstallWishes& wishes); // canonical shape: only what differs from the default

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
