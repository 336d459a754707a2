// git_program.h: the program git, run so that neither its caller's repository nor a hostile one has
// a say in what it does.
#pragma once

#include "base/env.h"
#include "base/process.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct GitAnswer {
  bool ok = false;
  bool timed_out = false;
  bool is_cut_short = false; // it was killed, or had no memory, descriptor or right: what it was
                             // asked about is not known
  std::string output;
  std::string complaint; // what git said on stderr, one line; else how it ended
};

struct GitCall {
  std::vector<std::string> words; // after "git" and our settings
  std::string directory;          // the bare repository; "": none
  std::string input;
  double timeout_s = 0; // 0: none
  /// Where stdout goes piece by piece; empty: to GitAnswer::output.
  std::function<void(std::string_view)> output;
};

class GitProgram {
public:
  /// Under `supervise`, the supervisor's path, so that git ends when this process does, however it
  /// dies; "": on its own.
  explicit GitProgram(Env env, std::string supervise = "")
      : env_(std::move(env)), supervise_(std::move(supervise)) {}
  /// With the user's configuration and credentials, over http(s), git, ssh, and with `may_be_local`
  /// local files. Never asks anything. Errors: "git.not-found", interrupted.
  GitAnswer remote(const GitCall& call, bool may_be_local, const std::stop_token& stop) const;
  /// Without any configuration but the repository's, and without network. Of the repository of
  /// another user only the objects count, and what is written to it is lost.
  GitAnswer isolated(const GitCall& call, const std::stop_token& stop) const;
  /// isolated(), which must succeed: Error failed "git.failed".
  std::string must(const GitCall& call, const std::stop_token& stop) const;

  /// What such calls of processes that died have left among temporary files.
  void remove_leftovers() const noexcept;

private:
  /// In the repository of this user that is open, if any, whatever is at its path by now.
  GitAnswer run_in(const Env& env, const GitCall& call, const Fd& repository,
                   const std::stop_token& stop) const;
  ExitStatus run_program(const Command& command, const std::stop_token& stop) const;
  Env env_;
  std::string supervise_;
};

} // namespace hdist
