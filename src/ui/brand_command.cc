#include "ui/brand_command.h"

#include "base/env.h"
#include "base/error.h"
#include "base/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace hdist {

bool is_brand_command(const Brand& brand, const std::string& name) {
  return std::any_of(brand.commands.begin(), brand.commands.end(),
                     [&](const BrandCommand& command) { return command.name == name; });
}

int run_brand_command(const Brand& brand, const std::string& executable,
                      const std::vector<std::string>& words) {
  const std::string folder = parent_path(executable);
  const std::string prefix = parent_path(parent_path(folder));
  const std::string program = fmt::format("{}/commands/{}", folder, words.front());
  Env environment = Env::current();
  environment.set(brand.env_prefix + "PROGRAM", fmt::format("{}/bin/{}", prefix, brand.program));
  std::vector<std::string> strings = environment.strings();
  std::vector<std::string> copy = words;
  copy.front() = program;
  std::vector<char*> arguments, variables;
  for (std::string& word : copy)
    arguments.push_back(word.data());
  for (std::string& variable : strings)
    variables.push_back(variable.data());
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  execve(program.c_str(), arguments.data(), variables.data());
  throw Error(ErrorKind::failed, "brand.command",
              fmt::format("cannot run {}: {}", program, strerrordesc_np(errno)));
}

} // namespace hdist
