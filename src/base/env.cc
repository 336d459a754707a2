#include "base/env.h"

#include "base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace hdist {

namespace {

bool is_program(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
}

} // namespace

Env Env::current() {
  Env env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    // The first of two entries with one name wins, as with getenv(3).
    env.values_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return env;
}

std::optional<std::string> Env::get(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::string Env::get_or(const std::string& name, std::string fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  return found->second;
}

void Env::prepend(const std::string& name, const std::string& value, char separator) {
  std::string& old = values_[name];
  old = old.empty() ? value : value + separator + old;
}

void Env::append(const std::string& name, const std::string& value, char separator) {
  std::string& old = values_[name];
  old = old.empty() ? value : old + separator + value;
}

std::vector<std::string> Env::strings() const {
  std::vector<std::string> result;
  result.reserve(values_.size());
  for (const auto& [name, value] : values_) {
    std::string& entry = result.emplace_back(name);
    entry += '=';
    entry += value;
  }
  return result;
}

std::optional<std::string> find_program(const std::string& program, const std::string& path) {
  if (program.empty()) return std::nullopt;
  if (program.find('/') != std::string::npos)
    return is_program(program) ? std::optional<std::string>(program) : std::nullopt;
  for (const std::string& folder : split(path, ':')) {
    // POSIX: an empty entry of PATH is the current directory.
    std::string candidate = (folder.empty() ? std::string(".") : folder) + "/" + program;
    if (is_program(candidate)) return candidate;
  }
  return std::nullopt;
}

} // namespace hdist
