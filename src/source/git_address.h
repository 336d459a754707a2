// git_address.h: which addresses are of a git repository, and of which commit there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

struct GitAddress {
  std::string remote; // what git is given: a URL, "user@host:path", or an absolute path
  std::string ref;    // "": HEAD
  bool is_local = false;
  std::string host; // "" when local
};

/// git:, ssh: and git+SCHEME: addresses; http(s), file and paths that end in ".git";
/// "user@host:path" and "host:path.git". "#REF" may follow. nullopt: not of git.
std::optional<GitAddress> parse_git_address(std::string_view text);

/// The same for an address that is known to be of git (without "#REF"): any http(s) or file
/// address or path, too. nullopt: nothing that git may be given ("ext::...", "--option").
std::optional<GitAddress> parse_git_remote(std::string_view text);

/// The address of a submodule, "../x" being relative to the repository that names it. Local
/// repositories only may name local ones.
std::optional<GitAddress> parse_submodule_address(std::string_view text, const GitAddress& parent);

/// What git takes for the name of a branch or tag, or a commit in full; never an option.
bool is_git_ref(std::string_view text);
bool is_full_commit(std::string_view text); // 40 hexadecimal digits, lower case

} // namespace hdist
