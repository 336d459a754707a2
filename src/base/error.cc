#include "base/error.h"

#include "base/shorten.h"
#include "base/text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace hdist {

namespace {

std::string what_text(const std::string& message, const std::vector<std::string>& tasks) {
  std::string text = message;
  for (const std::string& task : tasks)
    text += "\n  while " + task;
  return text;
}

/// What a person can do about it; empty for errors whose text says all there is to say.
std::string_view advice_for(int error_number) {
  switch (error_number) {
  case ENOSPC:
    return "The file system is full: free space on it, or use another one.";
  case EDQUOT:
    return "Your disk quota is used up: remove files there, or use another file system.";
  case EROFS:
    return "The file system is mounted read-only: use a place that you can write to.";
  case EACCES:
    return "Check the owner and the modes of the file and of every directory above it.";
  case EMFILE:
    return "This process has too many files open: raise the limit (ulimit -n), or run fewer tasks "
           "at once.";
  case EAGAIN:
    return "If no process or thread could be started: end some, or raise their limit (ulimit -u).";
  case ENFILE:
    return "The whole system has too many files open: run fewer tasks at once.";
  case ENAMETOOLONG:
    return "The path is too long for the file system: use a shorter one.";
  case EIO:
    return "The storage reported a fault: look at the system log before you trust it again.";
  case ESTALE:
    return "The network file system lost the file: check that its server is up, then try again.";
  default:
    return "";
  }
}

} // namespace

Error::Error(ErrorKind kind, std::string code, std::string message)
    : kind_(kind), code_(std::move(code)), message_(with_short_words(std::move(message))),
      text_(message_) {}

Error& Error::during(std::string task) {
  tasks_.push_back(with_short_words(std::move(task)));
  text_ = what_text(message_, tasks_);
  return *this;
}

Error& Error::advise(Advice advice) {
  advice_.push_back(std::move(advice));
  return *this;
}

bool Error::is_disk_full() const noexcept {
  return system_errno_ == ENOSPC || system_errno_ == EDQUOT;
}

Error system_error(int error_number, std::string_view call, std::string_view object) {
  const char* name = strerrorname_np(error_number);
  const char* reason = strerrordesc_np(error_number);
  const std::string number = std::to_string(error_number);
  Error error(ErrorKind::failed, "system." + (name ? std::string(name) : number),
              fmt::format("{} {}: {}", call, printable(object),
                          reason ? reason : "unknown error " + number));
  error.system_errno_ = error_number;
  if (std::string_view text = advice_for(error_number); !text.empty())
    error.advise({std::string(text), "", {}});
  return error;
}

void throw_errno(std::string_view call, std::string_view object) {
  throw system_error(errno, call, object);
}

int exit_code(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::failed:
    return 1;
  case ErrorKind::usage:
    return 2;
  case ErrorKind::refused:
    return 3;
  case ErrorKind::interrupted:
    return 130;
  }
  return 1;
}

} // namespace hdist
