// archive_testing.h: makes archives with Python's tarfile and zipfile, unpacks them, shows trees as
// text. For tests only.
#pragma once

#include "archive/archive.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/process.h"

#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <set>

namespace hdist {

constexpr const char* kPythonStart = R"(
import io, sys, tarfile, zipfile
out = sys.argv[1]
def add(t, name, data=b'', **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    t.addfile(info, io.BytesIO(data))
def folder(t, name, **fields):
    add(t, name, type=tarfile.DIRTYPE, mode=0o755, **fields)
def link(t, name, target, type=tarfile.SYMTYPE):
    add(t, name, linkname=target, type=type)
)";

/// Modes are 0644 and 0755 always, so only what differs is shown: "d/", "f=content", "x*=content",
/// "l->target".
inline std::string tree_text(const std::string& root) {
  namespace fs = std::filesystem;
  std::set<std::string> lines;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    std::string line = entry.path().string().substr(root.size() + 1);
    struct stat status {};
    lstat(entry.path().c_str(), &status);
    mode_t mode = status.st_mode & 07777U;
    if (entry.is_symlink())
      line += "->" + fs::read_symlink(entry.path()).string();
    else if (entry.is_directory())
      line += mode == 0755 ? "/" : "/ of an odd mode";
    else if (mode != 0644 && mode != 0755)
      line += " of an odd mode";
    else
      line += std::string(mode == 0755 ? "*" : "") + "=" +
              Dir::open(root).read_file(entry.path().string().substr(root.size() + 1));
    lines.insert(line);
  }
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

/// A directory with one archive in it and a place to unpack to.
class ArchiveLab {
public:
  ArchiveLab() {
    set_archive_module_dir(HDIST_MODULE_DIR);
    path_ =
        (std::filesystem::canonical(std::filesystem::temp_directory_path()) / "hdist-test-XXXXXX")
            .string();
    if (mkdtemp(path_.data()) == nullptr) throw_errno("mkdtemp", path_);
  }
  ArchiveLab(const ArchiveLab&) = delete;
  ArchiveLab& operator=(const ArchiveLab&) = delete;
  ~ArchiveLab() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file() const { return path_ + "/a"; }
  std::string target() const { return path_ + "/target"; }
  const std::string& path() const { return path_; }

  /// Runs Python with the prologue above; `out` is file().
  void make(const std::string& script) const {
    Dir::open(path_).write_file("make.py", kPythonStart + script);
    Command command;
    command.argv = {"/usr/bin/python3", path_ + "/make.py", file()};
    command.env = Env::current();
    command.env.set("PYTHONUTF8", "1");
    (void)capture(command);
  }
  std::string bytes() const { return Dir::open(path_).read_file("a", int64_t{1} << 30); }
  void set_bytes(std::string_view bytes) const { Dir::open(path_).write_file("a", bytes); }

  /// Into an emptied target; the kind is found by the first bytes when none is given.
  UnpackReport unpack(UnpackOptions options = {},
                      std::optional<ArchiveKind> kind = std::nullopt) const {
    std::filesystem::remove_all(target());
    Dir dir = Dir::create(target());
    Fd fd(open(file().c_str(), O_RDONLY | O_CLOEXEC));
    options.kind = kind ? *kind : archive_kind_of(bytes().substr(0, 512)).value_or(ArchiveKind{});
    return unpack_archive(fd.get(), "a.tar", dir, options);
  }
  std::string tree() const { return tree_text(target()); }
  /// The tree after unpacking, or the code of the error.
  std::string result(const UnpackOptions& options = {},
                     std::optional<ArchiveKind> kind = std::nullopt) const {
    try {
      unpack(options, kind);
    } catch (const Error& error) {
      return error.code();
    }
    return tree();
  }
  std::vector<std::string> names() const {
    Fd fd(open(file().c_str(), O_RDONLY | O_CLOEXEC));
    return list_archive(fd.get(), "a.tar", archive_kind_of(bytes().substr(0, 512)).value());
  }

private:
  std::string path_;
};

} // namespace hdist
