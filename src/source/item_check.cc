#include "source/item_check.h"

#include "base/error.h"
#include "data/digest.h"
#include "source/git_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

void compare_content(const SourceKey& key, const std::string& path, const std::stop_token& stop) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) throw_errno("open", path);
  Sha256 hash;
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped", "verifying sources was stopped");
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) break;
    hash.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  }
  const SourceKey found = SourceKey::make(key.type(), hash.finish());
  if (found != key)
    throw Error(ErrorKind::failed, "source.corrupt",
                fmt::format("{} is damaged: its content is that of {}", path, found.str()));
}

namespace {

void verify_commit(const StoreFiles& files, const SourceItem& item, const std::stop_token& stop) {
  const bool was_damaged = item.state == SourceState::damaged;
  const std::string& commit = item.key.digest();
  const GitContentSum sum = sum_of_commit(files.git(), commit, was_damaged ? item.path : "", stop);
  files.check_tree(item.key, sum.tree);
  if (was_damaged) files.git().keep(item.path, commit);
}

} // namespace

void verify_item(const StoreFiles& files, const SourceItem& item, const std::stop_token& stop) {
  if (item.key.type() == SourceType::git)
    verify_commit(files, item, stop);
  else
    try {
      compare_content(item.key, item.path, stop);
      files.note_damage(item.key, false);
    } catch (const Error& error) {
      if (error.code() == "source.corrupt") files.note_damage(item.key, true);
      throw;
    }
}

} // namespace hdist
