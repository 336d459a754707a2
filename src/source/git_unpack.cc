#include "source/git_unpack.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "source/dir_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace hdist {

namespace {

using Kind = GitTreeEntry::Kind;

/// Contents of files and targets of links on their way to their places.
class FileWriter final : public GitContentSink {
public:
  explicit FileWriter(const Dir& target) : target_(target), here_(target.duplicate()) {}

  void begin(const GitContentEntry& entry) override {
    entry_ = &entry;
    std::string directory = parent_path(entry.path);
    if (directory != directory_) {
      here_ = directory == "." ? target_.duplicate() : target_.open_dir(directory);
      directory_ = std::move(directory);
    }
    link_.clear();
    if (entry.kind == Kind::symlink) return;
    const mode_t mode = entry.kind == Kind::executable ? 0755 : 0644;
    name_ = join_path(target_.path(), entry.path);
    out_ = here_.open_file(base_name(entry.path), O_WRONLY | O_CREAT | O_EXCL, mode);
  }
  void piece(std::string_view bytes) override {
    if (entry_->kind == Kind::symlink)
      link_ += bytes;
    else
      write_all(out_.get(), bytes, name_);
  }
  void end() override {
    if (entry_->kind == Kind::symlink) {
      here_.make_symlink(link_, base_name(entry_->path));
      return;
    }
    set_fixed_times(out_.get(), name_);
    if (::close(out_.release()) != 0) throw_errno("close", name_);
  }

private:
  const Dir& target_;
  Dir here_;
  std::string directory_ = ".";
  const GitContentEntry* entry_ = nullptr;
  Fd out_;
  std::string name_; // of out_, for messages
  std::string link_;
};

} // namespace

SourceKey unpack_git_commit(const GitStore& store, const std::string& commit, const Dir& target,
                            const std::stop_token& stop) {
  const GitContent content = list_git_content(store, commit, "", stop);
  std::vector<const std::string*> directories;
  // All directories first, so that nothing can be written through a link.
  for (const GitContentEntry& entry : content.entries) {
    if (entry.kind != Kind::directory) continue;
    directories.push_back(&entry.path);
    if (!target.make_new_dir(entry.path))
      throw Error(ErrorKind::refused, "source.unsafe-path",
                  fmt::format("{} of git:{} is there already", printable(entry.path), commit));
  }
  FileWriter writer(target);
  const GitContentSum sum = read_git_content(store, content, &writer, stop);
  for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
    const Dir dir = target.open_dir(**directory);
    set_fixed_times(dir.fd(), dir.path());
  }
  set_fixed_times(target.fd(), target.path());
  return sum.tree;
}

} // namespace hdist
