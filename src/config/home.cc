#include "config/home.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

namespace hdist {

namespace {

Error no_home(std::string message, const std::string& variable, std::string_view or_home) {
  Error error(ErrorKind::usage, "config.home", std::move(message));
  error.advise({.text = fmt::format("Set {}{} to the absolute path of a directory of yours.",
                                    variable, or_home),
                .verb = "",
                .args = {}});
  return error;
}

} // namespace

std::string find_home(const Brand& brand, const Env& environment,
                      const std::optional<std::string>& passwd_home) {
  const std::string own = brand.env_prefix + "HOME";
  auto checked = [&](const std::string& path, const std::string& where) {
    if (path.starts_with('/')) return normal_path(path);
    throw no_home(fmt::format("{} is \"{}\": expected an absolute path", where, printable(path)),
                  own, "");
  };
  if (std::string path = environment.get_or(own, ""); !path.empty()) return checked(path, own);
  if (std::string path = environment.get_or("HOME", ""); !path.empty())
    return checked(path, "HOME");
  if (passwd_home && !passwd_home->empty())
    return checked(*passwd_home, "the home of the password file");
  throw no_home(
      fmt::format("no home directory is known: neither {} nor HOME is set, and the user with "
                  "uid {} has no entry in the password file",
                  own, getuid()),
      own, " (or HOME)");
}

std::optional<std::string> passwd_home() {
  constexpr std::size_t kBuffer = 64U << 10U; // entries of directory services can be long
  std::vector<char> buffer(kBuffer);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr ||
      found->pw_dir == nullptr)
    return std::nullopt;
  return std::string(found->pw_dir);
}

std::string expand_home(const std::string& path, const std::string& home) {
  if (!path.starts_with('~')) return path;
  if (path == "~") return home;
  if (path[1] == '/') {
    const std::size_t rest = path.find_first_not_of('/', 1); // join_path() takes "/x" as it is
    return rest == std::string::npos ? home : join_path(home, path.substr(rest));
  }
  throw Error(
      ErrorKind::usage, "config.value",
      fmt::format("\"{}\": only ~/ is replaced, not the home of another user; write the whole path",
                  printable(path)));
}

} // namespace hdist
