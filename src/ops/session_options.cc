#include "ops/session_options.h"

#include "base/dir.h"
#include "base/path.h"
#include "base/text.h"
#include "config/brand_file.h"
#include "config/paths.h"
#include "data/fields.h"
#include "model/artifact_id.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int64_t kMostJobs = 4096;

Env environment_of(Fields& fields) {
  const Value::Map* variables = fields.map("environment");
  if (variables == nullptr) return Env::current();
  Env environment;
  for (const auto& [name, value] : *variables) {
    if (name.empty() || name.find('=') != std::string::npos)
      throw fields.error("environment", fmt::format("'{}' is no name of a variable", name));
    environment.set(name, expect_string(fields.document(), value, "environment." + name));
  }
  return environment;
}

int jobs_of(Fields& fields) {
  int64_t jobs = fields.integer_or("jobs", 0);
  const Value* given = fields.find("jobs");
  bool is_given = given != nullptr && !given->is_null();
  if (is_given && (jobs < 1 || jobs > kMostJobs))
    throw fields.error("jobs", fmt::format("expected a number from 1 to {}", kMostJobs));
  return static_cast<int>(jobs);
}

KeepBuild keep_of(Fields& fields) {
  std::string text = fields.text_or("keep_build", "failed");
  if (text == "never") return KeepBuild::never;
  if (text == "failed") return KeepBuild::on_error;
  if (text == "always") return KeepBuild::always;
  throw fields.error("keep_build", "expected \"never\", \"failed\" or \"always\"");
}

/// Names of the brands that are installed there.
std::vector<std::string> brands_in(const std::string& prefix) {
  std::vector<std::string> names;
  std::optional<Dir> share = Dir::open_if_exists(join_path(prefix, "share"));
  if (!share) return names;
  for (const Entry& entry : share->list())
    if (real_path_if_exists(join_path(share->path(), entry.name + "/brand.json")))
      names.push_back(entry.name);
  return names;
}

std::string program_name(Fields& fields, const std::string& prefix) {
  if (std::optional<std::string> given = fields.text_if("program")) {
    if (!is_valid_name(*given))
      throw fields.error("program", "expected the name of an installed program");
    return *given;
  }
  Brand own;
  std::vector<std::string> brands = brands_in(prefix);
  if (brands.empty() || real_path_if_exists(program_in(prefix, own))) return own.program;
  if (brands.size() == 1) return brands.front();
  throw fields.error("program", fmt::format("several are installed in {}: expected one of {}",
                                            prefix, join(brands, ", ")));
}

Brand brand_of(Fields& fields, const std::string& prefix) {
  Brand named;
  named.program = program_name(fields, prefix);
  Brand brand = installed_brand(program_in(prefix, named));
  if (brand.program == named.program) return brand;
  throw fields.error("program",
                     fmt::format("there is no {} installed in {}", named.program, prefix));
}

} // namespace

SessionRequest read_session_options(const Document& options, const std::string& prefix) {
  Fields fields(options, options.root, "");
  SessionRequest request;
  std::string place = absolute_path(fields.text_or("prefix", prefix));
  request.brand = brand_of(fields, place);
  request.executable = program_in(place, request.brand);
  request.config.config_option = fields.text_if("config");
  request.config.environment = environment_of(fields);
  request.jobs = jobs_of(fields);
  request.refresh = fields.flag_or("refresh", false);
  request.offline = fields.flag_or("offline", false);
  request.keep = keep_of(fields);
  fields.finish();
  return request;
}

} // namespace hdist
