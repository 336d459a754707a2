#include "ui/cli.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/no_memory.h"
#include "base/signals.h"
#include "base/text.h"
#include "config/brand_file.h"
#include "config/config.h"
#include "data/json.h"
#include "ops/operation.h"
#include "ops/version.h"
#include "ui/brand_command.h"
#include "ui/error_text.h"
#include "ui/event_file.h"
#include "ui/help.h"
#include "ui/parser.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <unistd.h>

namespace hdist {

namespace {

int jobs_of(const Arguments& global) {
  std::optional<std::string> text = global.value("--jobs");
  if (!text) return 0;
  std::optional<int64_t> jobs = parse_int(*text);
  if (!jobs || *jobs < 1 || *jobs > 4096)
    throw Error(ErrorKind::usage, "usage.jobs",
                fmt::format("--jobs takes a number from 1 to 4096, not '{}'", printable(*text)));
  return static_cast<int>(*jobs);
}

/// A page for people, as --json has it.
Value page_value(const std::string& text) {
  Value value;
  value.set("text", text);
  return value;
}

/// Where nobody reads it, the text on stderr still comes.
void print_error_json(const Error& error) {
  try {
    write_all(STDOUT_FILENO, pretty_json(with_valid_texts(error_value(error))), "standard output");
  } catch (const Error&) {
    return;
  }
}

} // namespace

Cli::Cli(Brand brand, std::string executable, const Arguments& global)
    : brand_(std::move(brand)), json_(global.flag("--json")), verbose_(global.flag("--verbose")),
      request_(std::make_unique<SessionRequest>()) {
  request_->brand = brand_;
  request_->executable = std::move(executable);
  request_->config.environment = Env::current();
  request_->config.config_option = global.value("--config");
  request_->jobs = jobs_of(global);
  events_ = std::make_unique<TextEvents>(
      style_of(STDERR_FILENO, global.flag("--quiet"), global.flag("--verbose")), brand_.program);
  if (std::optional<std::string> file = global.value("--events"))
    event_file_ = std::make_unique<EventFile>(*file, *events_);
}

Cli::~Cli() = default;

Session& Cli::session() {
  if (!session_) {
    signals_ = std::make_unique<StopOnSignals>();
    Events& sink = event_file_ ? static_cast<Events&>(*event_file_) : *events_;
    session_ = std::make_unique<Session>(*request_, sink, signals_->token());
  }
  return *session_;
}

bool Cli::interrupted() const {
  return signals_ && signals_->signal() != 0;
}

void Cli::release_signals() {
  signals_.reset();
}

void Cli::leave_keys() {
  if (signals_) signals_->leave_keys();
}

void Cli::print(const std::string& text) const {
  events_->clear_live_line();
  write_all(STDOUT_FILENO, text, "standard output");
}

void Cli::print_json(const Value& value) const {
  print(pretty_json(with_valid_texts(value)));
}

void Cli::print_page(const std::string& text) const {
  if (json_)
    print_json(page_value(text));
  else
    print(text);
}

void Cli::report(const Error& error, const std::string& more) {
  events_->clear_live_line();
  if (json_) print_error_json(error);
  events_->write_line(error_text(error, brand_.program) + more);
}

namespace {

/// Of this program, not of the work: `run` keeps it apart from the exit codes of what it runs.
int failure_code(const CliCommand* command, const Error& error) {
  return command != nullptr && command->own_failure != 0 ? command->own_failure
                                                         : exit_code(error.kind());
}

/// Where the right words stand.
std::string help_advice(const Brand& brand, const CliCommand* command, const Error& error) {
  const bool is_of_command = command != nullptr && error.code() != "usage.unknown-command";
  return fmt::format("\n  -> {}{} --help", brand.program,
                     is_of_command ? " " + command->info.name : "");
}

void work_in(const std::string& directory) {
  if (chdir(directory.c_str()) != 0)
    throw Error(ErrorKind::usage, "usage.directory",
                fmt::format("cannot work in {}: {}", printable(directory), strerrordesc_np(errno)));
}

int run_line(const Brand& brand, const std::string& executable, const ParsedLine& line) {
  if (std::optional<std::string> directory = line.global.value("--directory")) work_in(*directory);
  Cli cli(brand, executable, line.global);
  try {
    return line.command->action(cli, line.arguments);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted || cli.interrupted()) {
      cli.events().clear_live_line();
      if (cli.json()) print_error_json(error);
      cli.events().write_line(
          fmt::format("{}: interrupted; what was finished is kept, the next run goes on from there",
                      brand.program));
      return exit_code(ErrorKind::interrupted);
    }
    const bool is_wrong_use = error.code().starts_with("usage.") && error.advice().empty();
    cli.report(error, is_wrong_use ? help_advice(brand, line.command, error) : "");
    return failure_code(line.command, error);
  }
}

/// The version does not depend on settings; which program says it does, and the launching stage has
/// left out what cannot be used without a word.
void note_unused_config(const Brand& brand, const Arguments& global) {
  std::string note;
  try {
    if (const std::optional<std::string> directory = global.value("--directory"))
      work_in(*directory);
    note = Config::load(brand, {global.value("--config"), Env::current()}).distrust();
  } catch (const Error& error) {
    note = "the settings are not used: " + error.message();
  }
  if (note.empty()) return;
  const std::string text = fmt::format("{}: note: {}\n", brand.program, note);
  (void)!write(STDERR_FILENO, text.data(), text.size());
}

/// --version and --help.
void print_about(const Brand& brand, const ParsedLine& line) {
  const bool json = line.global.flag("--json");
  Value value;
  std::string text;
  if (line.version) {
    text = fmt::format("{} {}\n", brand.program, kVersion);
    value.set("program", brand.program);
    value.set("version", kVersion);
  } else {
    text = line.command == nullptr ? overview_help(brand) : command_help(brand, line.command->info);
    value = page_value(text);
  }
  write_all(STDOUT_FILENO, json ? pretty_json(with_valid_texts(value)) : text, "standard output");
}

int run_words(const Brand& brand, const std::vector<std::string>& words) {
  const std::string executable = real_path("/proc/self/exe");
  if (!words.empty() && is_brand_command(brand, words.front()))
    run_brand_command(brand, executable, words);
  const std::vector<CliCommand> commands = commands_of(brand);
  ParsedLine line = parse_line(words, commands, global_options());
  if (line.version || line.help) {
    print_about(brand, line);
    if (line.version) note_unused_config(brand, line.global);
    return 0;
  }
  if (line.command == nullptr) {
    if (line.global.flag("--json"))
      print_error_json({ErrorKind::usage, "usage.missing-command", "a command is expected"});
    write_all(STDERR_FILENO, overview_help(brand), "standard error");
    return exit_code(ErrorKind::usage);
  }
  if (line.command->action == nullptr)
    throw Error(
        ErrorKind::usage, "usage.command-first",
        fmt::format("'{}' goes before its options, which are its own", line.command->info.name));
  return run_line(brand, executable, line);
}

int report_line(const Brand& brand, const std::vector<std::string>& words, const Error& error) {
  LineSketch sketch = sketch_line(words, commands(), global_options());
  if (sketch.json) print_error_json(error);
  std::string text = error_text(error, brand.program);
  if (error.kind() == ErrorKind::usage) text += help_advice(brand, sketch.command, error);
  text += "\n";
  (void)!write(STDERR_FILENO, text.data(), text.size());
  return failure_code(sketch.command, error);
}

} // namespace

int run_program(int argc, char** argv) {
  fail_past_file_size_limit();
  Brand brand;
  std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  try {
    brand = installed_brand(real_path("/proc/self/exe"));
    // The launching stage's guard against loops (launcher/stage.c) is for one start alone: shells
    // and jobs that are started from here are to launch again.
    (void)unsetenv((brand.env_prefix + "LAUNCHED").c_str());
    return run_words(brand, words);
  } catch (const Error& error) {
    return report_line(brand, words, error);
  } catch (const std::bad_alloc&) {
    return report_line(brand, words, no_memory("there is not enough memory for this"));
  } catch (const std::system_error& refused) {
    const bool is_thread = refused.code() == std::errc::resource_unavailable_try_again;
    return report_line(
        brand, words,
        is_thread ? no_memory("a thread cannot be started: there is not enough memory, or there "
                              "are too many processes (ulimit -u)")
                  : Error(ErrorKind::failed, "program.defect",
                          fmt::format("a defect of the program: {}", refused.what())));
  } catch (const std::exception& defect) {
    return report_line(brand, words,
                       {ErrorKind::failed, "program.defect",
                        fmt::format("a defect of the program: {}", defect.what())});
  }
}

} // namespace hdist
