#include "build/job_commands.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/job_env.h"
#include "schedule/jobserver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::size_t kMaxCommandShown = 200;
constexpr std::size_t kMaxCommandLogged = 4000;
constexpr std::size_t kMaxCaptured = 256 << 20;

/// Commands of this program that work on artifacts by their records.
bool reads_records(const std::string& command) {
  return command == "makeprofile" || command == "makebuildprofile" || command == "install-artifact";
}

} // namespace

std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80)
    --limit; // not within a character
  return text.substr(0, limit) + "...";
}

std::string command_line(const JobCommand& job, const std::string& self_name) {
  std::vector<std::string> words = job.command.argv;
  if (job.in_process) words.insert(words.begin(), self_name);
  return printable(shell_join(words));
}

Env job_surroundings(const BuildOptions& options, const BuildSpec& spec,
                     const ResolvedImports& imports, const std::string& place,
                     const std::string& artifact) {
  JobEnvRequest request;
  request.imports = imports.job;
  request.artifact = artifact;
  request.build_dir = join_path(place, "work");
  request.home = join_path(place, "home");
  request.temp = join_path(place, "tmp");
  request.config_json = options.config_json;
  request.virtuals = options.virtuals;
  request.cpus = std::max(options.cpus, 1);
  request.shares_cpus = options.jobserver != nullptr;
  request.native = spec.platform().has_value();
  request.as_root = ::geteuid() == 0;
  return job_environment(request);
}

void unpack_sources(const BuildSpec& spec, const SourceStore& sources, const Dir& work,
                    const std::stop_token& stop) {
  for (const SpecSource& source : spec.sources()) {
    std::string target = source.target;
    while (target.ends_with('/'))
      target.pop_back();
    // A single file is the target itself, everything else goes into it.
    const bool is_file = source.key.type() == SourceType::file && target != ".";
    const std::string below = is_file ? parent_path(target) : target;
    const Dir directory = below == "." ? work.duplicate() : work.make_dirs(below);
    const std::string path =
        is_file ? join_path(directory.path(), base_name(target)) : directory.path();
    sources.unpack(
        {.key = source.key, .target = path, .strip = source.strip, .into_existing = true}, stop);
  }
}

void JobCommands::forget_last() {
  stage_.clear();
  command_.clear();
}

ExitStatus JobCommands::run(const JobCommand& job, std::string* captured,
                            const std::stop_token& stop) {
  const BuildOptions& options = parts_.options;
  const std::string text = command_line(job, options.self_name);
  stage_ = job.stage;
  command_ = cut(text, kMaxCommandShown);
  log_.begin_command(stage_, cut(text, kMaxCommandLogged));
  Command command = job.command;
  needs_path_ = command.env.get_or("PATH", "").empty() && !command.argv.empty() &&
                command.argv.front().find('/') == std::string::npos;
  if (job.in_process) {
    // It looks for records in the store, where those of this run's artifacts come in batches.
    if (reads_records(command.argv.front())) parts_.publisher.barrier();
    command.argv.insert(command.argv.begin(), options.self_program);
    command.env.set(options.config_variable, options.config_json);
  }
  command.output = [this](std::string_view bytes) { log_.write(bytes); };
  if (captured != nullptr)
    command.standard_output = [captured](std::string_view bytes) {
      if (bytes.size() > kMaxCaptured - captured->size())
        throw Error(ErrorKind::failed, "job.output-too-large",
                    fmt::format("the program wrote more than {} for to_var or append_to_file",
                                human_size(kMaxCaptured)));
      *captured += bytes;
    };
  // For as long as it runs: whatever it was lent comes back at its end, when no process is left.
  std::optional<Jobserver::Client> share;
  if (options.jobserver != nullptr) {
    share.emplace(options.jobserver->join(stop));
    const auto [reading, writing] = share->descriptors();
    command.handed_on = {reading, writing};
  }
  ExitStatus status = run_supervised(
      command, {.program = options.supervise, .token = token_, .isolation = options.isolation},
      stop);
  usage_.cpu_s += status.cpu_s;
  usage_.peak_memory_bytes = std::max(usage_.peak_memory_bytes, status.peak_memory_bytes);
  usage_.isolation = status.isolation;
  return status;
}

} // namespace hdist
