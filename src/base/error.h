// error.h: the one exception type of hdist, with its stable code, the task it broke, and advice.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// What the end of the program makes of an error. The exit codes are a promise (DESIGN.md 13, rule
/// 6).
enum class ErrorKind {
  failed,      // exit 1: the work itself failed
  usage,       // exit 2: wrong usage, a wrong document or a wrong setting
  refused,     // exit 3: refused for safety
  interrupted, // exit 130
};

/// What to do next, as a value: `verb` and `args` are a command of this program, which only `ui`
/// can name; an empty verb means that `text` alone is the advice (a whole sentence for a person).
struct Advice {
  std::string text;
  std::string verb;
  std::vector<std::string> args;
  friend bool operator==(const Advice&, const Advice&) = default;
};

/// The operation cannot go on. what() is the message followed by one "while ..." line for each
/// task, innermost first.
class Error : public std::exception {
public:
  /// `code` is stable text for programs, "component.reason" ("source.hash-mismatch").
  Error(ErrorKind kind, std::string code, std::string message);

  /// Adds the task that broke ("fetching zlib-1.3.tar.gz"), once, by the function that knows it.
  Error& during(std::string task);
  Error& advise(Advice advice);

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::vector<std::string>& tasks() const noexcept { return tasks_; }
  const std::vector<Advice>& advice() const noexcept { return advice_; }
  /// errno of the failed system call, 0 for any other error.
  int system_errno() const noexcept { return system_errno_; }
  /// Of the file system or of a quota: no block or no inode is free.
  bool is_disk_full() const noexcept;
  const char* what() const noexcept override { return text_.c_str(); }

private:
  friend Error system_error(int, std::string_view, std::string_view);
  ErrorKind kind_;
  int system_errno_ = 0;
  std::string code_;
  std::string message_;
  std::vector<std::string> tasks_;
  std::vector<Advice> advice_;
  std::string text_;
};

/// "openat /x/y: No such file or directory", code "system.ENOENT"; advises on a full disk, quota,
/// and the like. The object is made printable(): a file's name cannot fake a line.
Error system_error(int error_number, std::string_view call, std::string_view object);
/// Throws system_error(errno, ...).
[[noreturn]] void throw_errno(std::string_view call, std::string_view object);

/// The exit code of the program for this kind.
int exit_code(ErrorKind kind);

} // namespace hdist
