#include "source/copy_item.h"

#include "base/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

/// False: it is not what its key says.
bool deposit_file(const SourceItem& item, const Fd& file, Deposit deposit,
                  const std::stop_token& stop) {
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped",
                  fmt::format("copying {} was stopped", item.key.str()));
    ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", item.path);
    if (got == 0) break;
    deposit.write(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  }
  try {
    deposit.finish(item.key.type(), Expectation(item.key), "");
    return true;
  } catch (const Error& error) {
    if (error.code() != "source.hash-mismatch" && error.code() != "source.not-an-archive") throw;
    return false;
  }
}

} // namespace

bool copy_item(const SourceItem& item, const SourceStore& to, const std::stop_token& stop) {
  if (item.key.type() == SourceType::git)
    throw Error(ErrorKind::usage, "source.not-a-file",
                fmt::format("{} is a commit, and only files can be copied", item.key.str()));
  bool is_new = !to.find(item.key);
  if (is_new) {
    Fd file(::open(item.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT)
      throw Error(ErrorKind::failed, "source.moved",
                  fmt::format("{} was there just now, and is gone", item.path));
    if (!file) throw_errno("open", item.path);
    if (!deposit_file(item, file, to.deposit(), stop))
      throw Error(
          ErrorKind::failed, "source.corrupt",
          fmt::format("{} is damaged: its content is not that of {}", item.path, item.key.str()));
  }
  for (const SourceAddress& address : item.addresses)
    to.add_claim(item.key, address.url);
  return is_new;
}

} // namespace hdist
