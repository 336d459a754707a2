#include "ops/session_options.h"

#include "base/path.h"
#include "config/paths.h"
#include "data/fields.h"

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

} // namespace

SessionRequest read_session_options(const Document& options, const std::string& prefix) {
  Fields fields(options, options.root, "");
  SessionRequest request;
  std::string place = absolute_path(fields.text_or("prefix", prefix));
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
