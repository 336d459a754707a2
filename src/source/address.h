// address.h: what an address of a source is: http(s), a local path, a git repository, a file of the
// host's source archive.
#pragma once

#include "model/source_key.h"
#include "source/git_address.h"

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

struct Address {
  enum class Kind { http, local, deb_source, git, unsupported };
  Kind kind = Kind::unsupported;
  std::string text; // as given
  std::string rest; // local: the path; deb_source: what follows "deb-src:"; unsupported: why
  std::string host; // http only
  std::optional<GitAddress> git;
};

/// "" and what looks like another scheme ("ftp://", "ext::") are unsupported; "file:a%20b" is the
/// path "a b".
Address parse_address(const std::string& text);
bool is_http_address(std::string_view text);
/// A local path as notes have it: where it is no UTF-8 as a file: address.
std::string noted_path(const std::string& path);
/// Without user and password, which are in no message and no note.
std::string public_address(const std::string& text);
/// The last part of its path, decoded; "" when that cannot be the name of a file.
std::string address_file_name(const std::string& text);

/// The type of what an address gives: as expected, else by its end, else by the content.
SourceType type_of_address(const std::optional<Expectation>& expected, std::string_view address,
                           std::string_view first_bytes);

} // namespace hdist
