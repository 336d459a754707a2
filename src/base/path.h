// path.h: paths as text, and the few questions about them that the file system must answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// dir + '/' + name; an absolute `name` is the result itself, "" and "." add nothing.
std::string join_path(std::string_view dir, std::string_view name);
std::string base_name(std::string_view path);   // "a/b/" -> "b"; "/" -> "/"
std::string parent_path(std::string_view path); // "a/b/" -> "a"; "a" -> "."; "/" -> "/"
/// "a/./b//c/" -> "a/b/c"; ".." is resolved textually; "/" stays; "" -> ".".
std::string normal_path(std::string_view path);
/// The relative path that leads from directory `from` to `to`; both absolute and normal.
std::string relative_path(std::string_view to, std::string_view from);
/// Absolute, from the current directory when relative; normal, links kept.
std::string absolute_path(std::string_view path);
/// All links resolved; the path must exist.
std::string real_path(const std::string& path);
std::optional<std::string> real_path_if_exists(const std::string& path);

} // namespace hdist
