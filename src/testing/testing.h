// testing.h: a directory of its own for each test, and the text of an error.
#pragma once

#include <functional>
#include <string>
#include <string_view>

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

/// Replace the content of a file; the directories above it are made when they are missing.
void write_file(const std::string& path, std::string_view content);

/// All bytes of a file. Throws std::runtime_error when it cannot be read.
std::string read_file(const std::string& path);

} // namespace hdist
