// testing.h: a directory of its own for each test, what an error says, waiting.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace hdist {

/// A new empty directory, removed with all it holds, also what was made read-only.
class TempDir {
public:
  TempDir();
  ~TempDir(); // never throws; what cannot be removed stays
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  /// Absolute, without symlinks and without a trailing slash.
  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

/// what() of the Error that `action` throws, or "(no error)". Any other exception passes through.
std::string message_of(const std::function<void()>& action);

/// Up to the first line end: an error in a document shows its line after that.
std::string first_line(const std::string& text);

/// code() of the Error that `action` throws, or "(no error)".
std::string code_of(const std::function<void()>& action);

/// Waits until `holds`, at most a minute: a test that needs it all has failed.
bool eventually(const std::function<bool()>& holds);

/// The umask of the whole process while this lives.
class Umask {
public:
  explicit Umask(mode_t mask);
  ~Umask();
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

private:
  mode_t old_;
};

/// Replace the content of a file; the directories above it are made when they are missing.
void write_file(const std::string& path, std::string_view content);

/// All bytes of a file. Throws std::runtime_error when it cannot be read.
std::string read_file(const std::string& path);

} // namespace hdist
