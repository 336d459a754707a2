// scratch.h: for drivers that unpack: the input as a file, and a folder in which it may do what it
// likes. Beside that folder nothing may change.
#pragma once

#include "base/dir.h"
#include "fuzz/fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace hdist {

class Scratch {
public:
  Scratch() : path_(std::filesystem::temp_directory_path() / "hdist-fuzz-XXXXXX") {
    require(mkdtemp(path_.data()) != nullptr, "a temporary folder can be made");
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  /// The folder "in" of it, with nothing inside.
  Dir emptied() const {
    std::filesystem::remove_all(path_ + "/in");
    return Dir::create(path_ + "/in");
  }
  /// Nothing beside the folder, and in it only what can be in a source.
  void check() const {
    namespace fs = std::filesystem;
    require(std::distance(fs::directory_iterator(path_), fs::directory_iterator()) == 1,
            "nothing is written outside");
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      const auto status = entry.symlink_status();
      require(fs::is_regular_file(status) || fs::is_directory(status) || fs::is_symlink(status),
              "nothing special is made");
      constexpr fs::perms kSetId = fs::perms::set_uid | fs::perms::set_gid;
      require((status.permissions() & kSetId) == fs::perms::none, "no set-id bit is made");
    }
  }

private:
  std::string path_;
};

inline Fd memory_file(std::string_view bytes) {
  Fd fd(memfd_create("input", MFD_CLOEXEC));
  while (!bytes.empty()) {
    const ssize_t written = write(fd.get(), bytes.data(), bytes.size());
    require(written > 0, "the input can be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fd;
}

} // namespace hdist
