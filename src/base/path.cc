#include "base/path.h"

#include "base/error.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

namespace hdist {

namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

std::string_view without_trailing_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  return path;
}

std::string current_directory() {
  const std::unique_ptr<char, decltype(&std::free)> text(::getcwd(nullptr, 0), &std::free);
  if (!text && errno == ENOENT)
    throw Error(ErrorKind::usage, "path.no-current-directory",
                "the current directory has been removed; change to another one");
  if (!text) throw_errno("getcwd", "the current directory");
  return text.get();
}

/// nullptr with errno set when it cannot be resolved.
std::unique_ptr<char, decltype(&std::free)> resolved(const std::string& path) {
  return {::realpath(path.c_str(), nullptr), &std::free};
}

} // namespace

std::string join_path(std::string_view dir, std::string_view name) {
  if (name.empty() || name == ".") return std::string(dir);
  std::string result(name.starts_with('/') || dir == "." ? std::string_view() : dir);
  if (result.empty()) return std::string(name);
  if (result.back() != '/') result += '/';
  result += name;
  return result;
}

std::string base_name(std::string_view path) {
  path = without_trailing_slashes(path);
  if (path == "/") return "/";
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string parent_path(std::string_view path) {
  path = without_trailing_slashes(path);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(without_trailing_slashes(path.substr(0, slash == 0 ? 1 : slash)));
}

std::string normal_path(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  for (const std::string_view part : parts_of(path)) {
    const bool goes_up = part == "..";
    if (goes_up && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!goes_up || !absolute) { // above "/" is "/"
      kept.push_back(part);
    }
  }
  std::string result = absolute ? "/" : "";
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) result += '/';
    result += kept[i];
  }
  return result.empty() ? "." : result;
}

std::string relative_path(std::string_view to, std::string_view from) {
  const std::vector<std::string_view> to_parts = parts_of(to);
  const std::vector<std::string_view> from_parts = parts_of(from);
  std::size_t common = 0;
  while (common < to_parts.size() && common < from_parts.size() &&
         to_parts[common] == from_parts[common])
    ++common;
  std::string result;
  for (std::size_t i = common; i < from_parts.size(); ++i)
    result += result.empty() ? ".." : "/..";
  for (std::size_t i = common; i < to_parts.size(); ++i) {
    if (!result.empty()) result += '/';
    result += to_parts[i];
  }
  return result.empty() ? "." : result;
}

std::string absolute_path(std::string_view path) {
  if (path.starts_with('/')) return normal_path(path);
  return normal_path(current_directory() + "/" + std::string(path));
}

std::string real_path(const std::string& path) {
  const auto text = resolved(path);
  if (!text) throw_errno("realpath", path);
  return text.get();
}

std::optional<std::string> real_path_if_exists(const std::string& path) {
  const auto text = resolved(path);
  if (text) return text.get();
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("realpath", path);
}

} // namespace hdist
