#include "config/trust.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <cstring>
#include <vector>

namespace hdist {

namespace {

constexpr std::size_t kBuffer = 64U << 10U; // entries of directory services can be long

std::optional<std::string> name_of_user(uid_t user) {
  std::vector<char> buffer(kBuffer);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return std::string(found->pw_name);
}

} // namespace

bool is_own_group(gid_t group, uid_t user) {
  std::optional<std::string> name = name_of_user(user);
  std::vector<char> buffer(kBuffer);
  ::group entry{};
  ::group* found = nullptr;
  if (!name || getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr || found->gr_name != *name)
    return false;
  for (char** member = found->gr_mem; *member != nullptr; ++member)
    if (*member != *name) return false;
  return true;
}

std::optional<std::string> why_untrusted(const struct stat& info, uid_t user) {
  if (info.st_uid != 0 && info.st_uid != user)
    return fmt::format("it belongs to user {}", info.st_uid);
  if ((info.st_mode & S_IWOTH) != 0) return "everybody may write to it";
  if ((info.st_mode & S_IWGRP) != 0 && !is_own_group(info.st_gid, user))
    return fmt::format("its group {} may write to it", info.st_gid);
  return std::nullopt;
}

uid_t user_of(const std::string& name_or_number) {
  uid_t number = 0;
  const char* end = name_or_number.data() + name_or_number.size();
  auto [stopped, error] = std::from_chars(name_or_number.data(), end, number);
  if (error == std::errc() && stopped == end) return number;
  std::vector<char> buffer(kBuffer);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    throw Error(ErrorKind::usage, "config.value",
                fmt::format("there is no user called {}", printable(name_or_number)));
  return found->pw_uid;
}

} // namespace hdist
