#include "config/places.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace hdist {

namespace {

// What other programs keep there would lie among what is made and removed here. What is below them
// may be a site's (/usr/local/stacks, /var/lib/stacks).
constexpr std::array<std::string_view, 34> kSystemFolders{
    "/",          "/bin",      "/boot",          "/dev",          "/etc",       "/home",
    "/lib",       "/lib32",    "/lib64",         "/libx32",       "/media",     "/mnt",
    "/opt",       "/proc",     "/run",           "/sbin",         "/srv",       "/sys",
    "/usr",       "/usr/bin",  "/usr/include",   "/usr/lib",      "/usr/lib64", "/usr/libexec",
    "/usr/local", "/usr/sbin", "/usr/share",     "/usr/src",      "/var",       "/var/cache",
    "/var/lib",   "/var/log",  "/usr/local/bin", "/usr/local/lib"};

/// The directory itself, or the nearest above it that there is.
std::string nearest_there(std::string path) {
  struct stat info {};
  while (path != "/" && stat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR))
    path = parent_path(path);
  return path;
}

} // namespace

bool is_system_folder(const std::string& path) {
  const std::string normal = normal_path(path);
  return std::find(kSystemFolders.begin(), kSystemFolders.end(), normal) != kSystemFolders.end() ||
         normal.starts_with("/proc/") || normal.starts_with("/sys/");
}

void check_place(const std::string& path) {
  if (is_system_folder(path) || is_system_folder(real_path_if_exists(path).value_or(path)))
    throw Error(ErrorKind::usage, "config.value",
                fmt::format("\"{}\" is a folder of the system: expected one for this alone",
                            printable(path)));
  const std::string there = nearest_there(path);
  struct stat info {};
  if (stat(there.c_str(), &info) == 0 && !S_ISDIR(info.st_mode))
    throw Error(ErrorKind::usage, "config.value",
                fmt::format("\"{}\": expected a directory, but {} is none", printable(path),
                            there == path ? "it" : printable(there)));
}

std::optional<std::string> how_overlapping(const std::string& path, const std::string& other) {
  if (path == other) return "are the same";
  const bool is_inside =
      (path + "/").starts_with(other + "/") || (other + "/").starts_with(path + "/");
  return is_inside ? std::optional("lie in one another") : std::nullopt;
}

std::optional<std::string> doubt_about_place(const std::string& path) {
  const std::string there = nearest_there(path);
  if (faccessat(AT_FDCWD, there.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return std::nullopt;
  return fmt::format("nothing can be made in {} now: {}", printable(there), strerrordesc_np(errno));
}

} // namespace hdist
