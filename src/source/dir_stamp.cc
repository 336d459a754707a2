#include "source/dir_stamp.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace hdist {

namespace {

constexpr const char* kStamps = "stamps";
constexpr time_t kSettledSeconds = 2; // the coarsest clock of a file system that is in use
constexpr int64_t kStampBytes = 1000;

std::string file_of(const std::string& directory) {
  return fmt::format("{}/{}", kStamps, sha256(directory).base32());
}

class Stamping {
public:
  DirStamp run(const Dir& directory, const std::stop_token& stop) {
    struct stat top {};
    if (::fstat(directory.fd(), &top) != 0) throw_errno("fstat", directory.path());
    add(top);
    walk_tree(directory, [&](const Dir&, const TreeEntry& entry) {
      if (stop.stop_requested())
        throw Error(ErrorKind::interrupted, "source.stopped",
                    fmt::format("looking at {} was stopped", directory.path()));
      add(entry.stat);
      for (const std::string& name : {entry.path, entry.target}) {
        text_ += name;
        text_ += '\0'; // which is in no name
      }
      flush();
    });
    hash_.update(text_);
    return {.digest = hash_.finish(), .is_settled = newest_s_ + kSettledSeconds < begun_s_};
  }

private:
  void add(const struct stat& status) {
    newest_s_ = std::max({newest_s_, status.st_mtim.tv_sec, status.st_ctim.tv_sec});
    text_ += fmt::format("{} {} {} {} {}.{} {}.{} ", status.st_dev, status.st_ino, status.st_mode,
                         status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                         status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  }
  void flush() {
    constexpr std::size_t kPiece = 64 << 10;
    if (text_.size() < kPiece) return;
    hash_.update(text_);
    text_.clear();
  }

  Sha256 hash_;
  std::string text_; // not hashed yet
  time_t begun_s_ = std::time(nullptr);
  time_t newest_s_ = 0;
};

} // namespace

DirStamp stamp_of(const Dir& directory, const std::stop_token& stop) {
  return Stamping().run(directory, stop);
}

std::optional<SourceKey> key_of_stamp(const Dir& store, const std::string& directory,
                                      const DirStamp& stamp) {
  if (!stamp.is_settled) return std::nullopt;
  const std::string name = file_of(directory);
  const std::optional<struct stat> status = store.stat(name);
  // In a store that several share, another could say that my sources are his.
  if (!status || status->st_uid != ::geteuid() || (status->st_mode & 022) != 0) return std::nullopt;
  const std::optional<std::string> text = store.read_file_if_exists(name, kStampBytes);
  if (!text) return std::nullopt;
  const std::vector<std::string> words = split(trim(*text), ' ');
  if (words.size() != 2 || words[0] != stamp.digest.base32()) return std::nullopt;
  return SourceKey::parse(words[1]);
}

void note_stamp(const Dir& store, const std::string& directory, const DirStamp& stamp,
                const SourceKey& key) noexcept {
  if (!stamp.is_settled) return;
  try {
    store.make_dir(kStamps);
    store.write_file(file_of(directory), fmt::format("{} {}\n", stamp.digest.base32(), key.str()));
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): a store of others cannot be written
  }
}

} // namespace hdist
