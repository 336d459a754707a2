#include "ui/brand_command.h"

#include "base/path.h"
#include "base/process.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

bool is_brand_command(const Brand& brand, const std::string& name) {
  return std::any_of(brand.commands.begin(), brand.commands.end(),
                     [&](const BrandCommand& command) { return command.name == name; });
}

void run_brand_command(const Brand& brand, const std::string& executable,
                       const std::vector<std::string>& words) {
  const std::string folder = parent_path(executable);
  const std::string prefix = parent_path(parent_path(folder));
  const std::string program = fmt::format("{}/commands/{}", folder, words.front());
  Env environment = Env::current();
  environment.set(brand.env_prefix + "PROGRAM", fmt::format("{}/bin/{}", prefix, brand.program));
  std::vector<std::string> copy = words;
  copy.front() = program;
  become(copy, environment);
}

} // namespace hdist
