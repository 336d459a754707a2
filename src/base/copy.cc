#include "base/copy.h"

#include "base/dir.h"
#include "base/error.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace hdist {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 30; // the kernel copies at most 2 GiB in one call

void copy_by_hand(int from, int to, std::string_view object) {
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count == 0) return;
    if (count > 0) {
      write_all(to, std::string_view(buffer).substr(0, static_cast<std::size_t>(count)), object);
    } else if (errno != EINTR) {
      throw_errno("read", object);
    }
  }
}

} // namespace

void copy_content(int from, int to, std::string_view object) {
  if (::ioctl(to, FICLONE, from) == 0) return;
  for (;;) {
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, kPiece, 0);
    if (count > 0 || (count < 0 && errno == EINTR)) continue;
    if (count < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO))
      throw_errno("copy_file_range", object);
    break; // the end, or not possible between these two
  }
  // Both positions stand where the kernel stopped: some kernels say 0 where they cannot copy, so
  // this always looks.
  copy_by_hand(from, to, object);
}

} // namespace hdist
