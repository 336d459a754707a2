#include "source/git_program.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "source/git_owner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace hdist {

namespace {

using Whose = LookedAtRepository::Whose;

/// What points git at another repository than the one it is given (git rev-parse
/// --local-env-vars).
constexpr const char* kRepositoryVariables[] = {"GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                "GIT_CONFIG",
                                                "GIT_CONFIG_PARAMETERS",
                                                "GIT_CONFIG_COUNT",
                                                "GIT_OBJECT_DIRECTORY",
                                                "GIT_DIR",
                                                "GIT_WORK_TREE",
                                                "GIT_IMPLICIT_WORK_TREE",
                                                "GIT_GRAFT_FILE",
                                                "GIT_INDEX_FILE",
                                                "GIT_NO_REPLACE_OBJECTS",
                                                "GIT_REPLACE_REF_BASE",
                                                "GIT_PREFIX",
                                                "GIT_SHALLOW_FILE",
                                                "GIT_COMMON_DIR",
                                                "GIT_NAMESPACE",
                                                "GIT_TEMPLATE_DIR"};

constexpr const char* kTemporary = "/tmp";

std::vector<std::string> settings() {
  std::vector<std::string> words;
  for (const char* setting :
       {"core.hooksPath=/dev/null", "gc.auto=0", "maintenance.auto=false",
        "core.logAllRefUpdates=false", "fetch.recurseSubmodules=false",
        "fetch.writeCommitGraph=false", "core.fsync=committed,reference",
        "advice.detachedHead=false", "safe.directory=*", "init.defaultBranch=main"}) {
    words.emplace_back("-c");
    words.emplace_back(setting);
  }
  return words;
}

/// The lines that say what is wrong, without those that only say that something is.
std::string complaint_of(const std::string& text) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n')) {
    std::string shown = printable(trim(line));
    if (shown.empty() || shown.starts_with("hint:") || shown.starts_with("Cloning into")) continue;
    for (std::string_view prefix : {"fatal: ", "error: "})
      if (shown.starts_with(prefix)) shown.erase(0, prefix.size());
    lines.push_back(std::move(shown));
  }
  if (lines.size() > kMost) lines.resize(kMost);
  return join(lines, "; ");
}

/// A call failed for a reason that is this process's or the machine's. git is run with LC_ALL=C.
bool is_about_shortage(const std::string& complaint) {
  if (complaint.find("Out of memory") != std::string::npos) return true;
  constexpr int kReasons[] = {ENOMEM, EMFILE, ENFILE, EAGAIN, EACCES,
                              EPERM,  ENOSPC, EDQUOT, EROFS,  EINTR};
  return std::any_of(std::begin(kReasons), std::end(kReasons), [&](int reason) {
    return complaint.find(::strerrordesc_np(reason)) != std::string::npos;
  });
}

/// "gc" of "-c gc.packRefs=false gc --quiet".
std::string verb_of(const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at + 2 < words.size() && words[at] == "-c")
    at += 2;
  return at < words.size() ? words[at] : "";
}

/// How git finds the repository that it is handed on.
std::string handed_on_path() {
  return fmt::format("/proc/self/fd/{}", kFirstHandedOn);
}

GitAnswer absent(const GitCall& call) {
  return {.ok = false,
          .timed_out = false,
          .is_cut_short = false,
          .output = {},
          .complaint = fmt::format("not a git repository: '{}'", call.directory)};
}

} // namespace

ExitStatus GitProgram::run_program(const Command& command, const std::stop_token& stop) const {
  if (supervise_.empty()) return run(command, stop);
  return run_supervised(command,
                        {.program = supervise_, .token = "", .isolation = Isolation::helper}, stop);
}

GitAnswer GitProgram::run_in(const Env& env, const GitCall& call, const Fd& repository,
                             const std::stop_token& stop) const {
  Command command;
  command.argv = {"git"};
  std::vector<std::string> ours = settings();
  command.argv.insert(command.argv.end(), ours.begin(), ours.end());
  if (repository) {
    command.argv.push_back("--git-dir=" + handed_on_path());
    command.handed_on = {repository.get()};
  }
  command.argv.insert(command.argv.end(), call.words.begin(), call.words.end());
  command.env = env;
  command.cwd = "/";
  command.input = call.input;
  command.timeout_s = call.timeout_s;
  GitAnswer answer;
  std::string errors;
  constexpr std::size_t kMost = std::size_t{256} << 20;
  auto keep = [](std::string& text) {
    return [&text](std::string_view bytes) {
      if (text.size() + bytes.size() <= kMost) text += bytes;
    };
  };
  command.standard_output = call.output ? call.output : keep(answer.output);
  command.output = keep(errors);
  ExitStatus status;
  try {
    status = run_program(command, stop);
  } catch (const Error& error) {
    if (error.code() != "process.not-found") throw;
    throw Error(ErrorKind::failed, "git.not-found",
                "the program git is not there: addresses of git repositories need it")
        .advise({.text = "Install git with the host's package manager.", .verb = {}, .args = {}});
  }
  if (status.stopped || stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "asking git was stopped");
  answer.ok = status.ok();
  answer.timed_out = status.timed_out;
  answer.is_cut_short =
      !answer.ok && (status.signal != 0 || status.timed_out || is_about_shortage(errors));
  answer.complaint = repository
                         ? replace_all(complaint_of(errors), handed_on_path(), call.directory)
                         : complaint_of(errors);
  if (!answer.ok && answer.complaint.empty()) answer.complaint = "git ended with " + status.text();
  return answer;
}

GitAnswer GitProgram::remote(const GitCall& call, bool may_be_local,
                             const std::stop_token& stop) const {
  LookedAtRepository repository;
  if (!call.directory.empty()) {
    repository = look_at_repository(call.directory);
    if (repository.whose == Whose::absent) return absent(call);
  }
  if (repository.whose == Whose::others)
    throw Error(ErrorKind::refused, "git.foreign-repository",
                fmt::format("{} belongs to another user, or others may write to it: what it is "
                            "configured to run is not run",
                            call.directory))
        .advise({.text = fmt::format("If it is yours: chmod go-w {0} {0}/config",
                                     shell_quote(call.directory)),
                 .verb = {},
                 .args = {}});
  Env env = env_;
  for (const char* name : kRepositoryVariables)
    env.unset(name);
  env.set("GIT_ALLOW_PROTOCOL", may_be_local ? "file" : "http:https:git:ssh");
  env.set("GIT_TERMINAL_PROMPT", "0");
  env.set("LC_ALL", "C");
  return run_in(env, call, repository.directory, stop);
}

GitAnswer GitProgram::isolated(const GitCall& call, const std::stop_token& stop) const {
  Env env;
  env.set("PATH", env_.get_or("PATH", "/usr/bin:/bin"));
  if (std::optional<std::string> libraries = env_.get("LD_LIBRARY_PATH"))
    env.set("LD_LIBRARY_PATH", *libraries);
  env.set("HOME", "/nonexistent");
  env.set("XDG_CONFIG_HOME", "/nonexistent");
  env.set("GIT_CONFIG_NOSYSTEM", "1");
  env.set("GIT_CONFIG_GLOBAL", "/dev/null");
  env.set("GIT_ATTR_NOSYSTEM", "1");
  env.set("GIT_NO_REPLACE_OBJECTS", "1");
  env.set("GIT_ALLOW_PROTOCOL", "none");
  env.set("GIT_TERMINAL_PROMPT", "0");
  env.set("LC_ALL", "C");
  if (call.directory.empty()) return run_in(env, call, {}, stop);
  const LookedAtRepository repository = look_at_repository(call.directory);
  if (repository.whose == Whose::absent) return absent(call);
  if (repository.whose == Whose::own) return run_in(env, call, repository.directory, stop);
  const EmptyRepository empty(env_.get_or("TMPDIR", kTemporary));
  env.set("GIT_OBJECT_DIRECTORY", join_path(call.directory, "objects"));
  GitCall borrowing = call;
  borrowing.directory = empty.path();
  return run_in(env, borrowing, look_at_repository(borrowing.directory).directory, stop);
}

void GitProgram::remove_leftovers() const noexcept {
  EmptyRepository::remove_dead(env_.get_or("TMPDIR", kTemporary));
}

std::string GitProgram::must(const GitCall& call, const std::stop_token& stop) const {
  GitAnswer answer = isolated(call, stop);
  if (answer.ok) return std::move(answer.output);
  throw Error(ErrorKind::failed, "git.failed",
              fmt::format("git {} failed{}: {}", verb_of(call.words),
                          call.directory.empty() ? "" : " in " + call.directory, answer.complaint));
}

} // namespace hdist
