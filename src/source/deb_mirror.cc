// Release is read once a day, and again when something is not found; the index of sources is kept
// under its digest, so it is downloaded again only when Release names another one. It is kept
// inflated: a look through 50 MB of text takes a fraction of the time that xz does. Its name has
// the digest of that text, too, with which it is compared at every look. Every file is put in place
// by one rename, so processes need not wait for one another.
#include "source/deb_mirror.h"

#include "archive/inflate_file.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "data/digest.h"
#include "source/deb_signature.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace hdist {

namespace {

constexpr int64_t kLargestRelease = int64_t{16} << 20, kLargestIndex = int64_t{1} << 30;
constexpr int64_t kDaySeconds = 86'400, kKeepIndexSeconds = 7 * kDaySeconds;
constexpr const char* kKept = ".sources";
constexpr const char* kUnfinished = "unfinished-";

struct Form {
  const char* ending;
  ArchiveCompression compression;
};
constexpr std::array<Form, 3> kForms = {{{".xz", ArchiveCompression::xz},
                                         {".gz", ArchiveCompression::gzip},
                                         {"", ArchiveCompression::none}}};

Error failed(const std::string& code, std::string text) {
  return {ErrorKind::failed, "debsrc." + code, std::move(text)};
}

/// Only where the network may be at fault is checking it any help.
Error unread(const HttpFailure& failure, std::string text) {
  return failed(failure.may_be_of_network() ? "update-failed" : "no-index", std::move(text));
}

std::optional<int64_t> age_s(const Dir& dir, const std::string& name) {
  struct stat info {};
  if (::fstatat(dir.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return std::time(nullptr) - info.st_mtime;
}

/// Indexes that no Release file has named for a while, and what processes left that were killed.
void remove_old(const Dir& dir) {
  for (const Entry& entry : dir.list()) {
    const int64_t age = age_s(dir, entry.name).value_or(0);
    const bool is_left = entry.name.starts_with(kUnfinished) && age > kDaySeconds;
    if (is_left || (entry.name.ends_with(kKept) && age > kKeepIndexSeconds))
      dir.remove_file(entry.name);
  }
}

} // namespace

/// A file that goes when it was not given its name.
class DebMirror::Unfinished {
public:
  explicit Unfinished(const Dir& dir) : dir_(dir), name_(kUnfinished + random_name(16)) {
    file_ = dir_.open_file(name_, O_RDWR | O_CREAT | O_EXCL, 0600);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (!name_.empty()) ::unlinkat(dir_.fd(), name_.c_str(), 0);
  }
  int fd() const { return file_.get(); }
  void write(std::string_view bytes) const { write_all(file_.get(), bytes, path()); }
  void restart() const {
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
      throw_errno("ftruncate", path());
  }
  /// Its content is not looked at again, so it must be there after a crash, too.
  void place(const std::string& name) {
    if (::fsync(file_.get()) != 0) throw_errno("fsync", path());
    dir_.rename(name_, name);
    name_.clear();
  }

private:
  std::string path() const { return join_path(dir_.path(), name_); }
  const Dir& dir_;
  std::string name_;
  Fd file_;
};

/// One look: whom it tells, and where the indexes lie.
struct DebMirror::Visit {
  Patience patience;
  const Lane& lane;
  Dir dir;
  bool again = false;      // what this run has not read is read
  bool used_cache = false; // a Release file of an earlier run was relied on
};

DebMirror::DebMirror(DebMirrorOptions options, Downloader& downloader, Events& events)
    : options_(std::move(options)), downloader_(downloader), events_(events) {
  while (options_.address.ends_with('/'))
    options_.address.pop_back();
}

/// The bytes of a small file; "" when it is not there.
std::string DebMirror::read(const std::string& place, int64_t limit_bytes, Visit& visit) {
  std::string bytes;
  const DownloadedFile what{options_.address + "/" + place, limit_bytes,
                            [&](std::string_view piece) { bytes += piece; },
                            [&] { bytes.clear(); }};
  const std::optional<HttpFailure> failure = downloader_.read(what, visit.patience, visit.lane);
  if (!failure) return bytes;
  if (failure->reason == HttpFailure::Reason::not_found) return "";
  throw unread(*failure, fmt::format("{}: {}", what.url, failure->text));
}

/// What the archive says of the suite now, as far as it can be relied on.
std::string DebMirror::signed_release(const std::string& suite, Visit& visit) {
  events_.info(fmt::format("reading the index {} of {}", suite, options_.address));
  const std::string message = read("dists/" + suite + "/InRelease", kLargestRelease, visit);
  std::string unsigned_text;
  if (message.empty()) unsigned_text = read("dists/" + suite + "/Release", kLargestRelease, visit);
  if (message.empty() && unsigned_text.empty())
    throw failed("no-suite", fmt::format("{} has no suite {}: neither InRelease nor Release is in "
                                         "dists/{}",
                                         options_.address, suite, suite));
  if (!options_.check_signature) return message.empty() ? unsigned_text : message;
  SignatureOptions signature{options_.host_keyrings, options_.program_path, visit.dir.path()};
  if (!options_.keyring.empty()) signature.keyrings = {options_.keyring};
  return verified_text(message, fmt::format("{} of {}", suite, options_.address), signature,
                       visit.lane.stop());
}

bool DebMirror::is_over(const DebRelease& release) const {
  if (!options_.check_valid_until || release.valid_until.empty()) return false;
  return parse_release_time(release.valid_until).value_or(0) < std::time(nullptr);
}

void DebMirror::check_time(const DebRelease& release, const std::string& suite) const {
  if (!is_over(release)) return;
  const std::optional<int64_t> until = parse_release_time(release.valid_until);
  Error error =
      failed("expired", fmt::format("the index {} of {} is valid until {} only, and it is {} now",
                                    suite, options_.address,
                                    until ? utc_time(*until) : printable(release.valid_until),
                                    utc_time(std::time(nullptr))));
  error.advise({.text = "Look whether this machine's clock is right, and whether the archive is "
                        "still kept up to date.",
                .verb = {},
                .args = {}});
  error.advise({.text = "For a copy that is meant to stay as it is",
                .verb = "config",
                .args = {"set", "sources.deb-check-valid-until", "no"}});
  throw error;
}

DebRelease DebMirror::release(const std::string& suite, Visit& visit) {
  // By which keys it was verified is part of what is kept.
  const std::string kept =
      "release-" +
      sha256(fmt::format("{}\n{}\n{}", suite, options_.keyring, options_.check_signature)).base32();
  const std::optional<int64_t> age = age_s(visit.dir, kept);
  const bool was_read = read_.contains(suite);
  const bool is_young = age && *age >= 0 && *age < options_.keep_release.count();
  if (age && (was_read || (is_young && !visit.again))) {
    DebRelease release = parse_release(visit.dir.read_file(kept));
    if (was_read || !is_over(release)) {
      visit.used_cache = visit.used_cache || !was_read;
      check_time(release, suite);
      return release;
    }
  }
  const std::string text = signed_release(suite, visit);
  visit.dir.write_file(kept, text);
  read_.insert(suite);
  DebRelease release = parse_release(text);
  check_time(release, suite);
  return release;
}

std::optional<HttpFailure> DebMirror::read_index(const std::string& place, const DebIndexFile& file,
                                                 Unfinished& packed, Visit& visit) {
  Sha256 digest;
  packed.restart();
  const DownloadedFile what{options_.address + "/" + place,
                            std::min(file.size_bytes, kLargestIndex),
                            [&](std::string_view piece) {
                              digest.update(piece);
                              packed.write(piece);
                            },
                            [&] {
                              digest = Sha256();
                              packed.restart();
                            }};
  if (std::optional<HttpFailure> failure = downloader_.read(what, visit.patience, visit.lane)) {
    failure->text = fmt::format("{}: {}", what.url, failure->text);
    return failure;
  }
  if (digest.finish().hex() != file.sha256_hex)
    throw failed("bad-index", fmt::format("{} is not what the Release file says", what.url));
  return std::nullopt;
}

/// Downloads one index, compares it with Release, and puts it inflated in its place. By its digest
/// it is there also while the archive is being changed. The name that it gets.
std::string DebMirror::bring(const std::string& suite, const std::string& path,
                             const DebRelease& release, Visit& visit) {
  const DebIndexFile& file = release.files.at(path);
  const std::string dists = "dists/" + suite + "/";
  Unfinished packed(visit.dir), inflated(visit.dir);
  std::optional<HttpFailure> failure;
  if (release.has_by_hash)
    failure = read_index(dists + parent_path(path) + "/by-hash/SHA256/" + file.sha256_hex, file,
                         packed, visit);
  if (!release.has_by_hash || (failure && failure->reason == HttpFailure::Reason::not_found))
    failure = read_index(dists + path, file, packed, visit);
  if (failure) throw unread(*failure, failure->text);
  const auto* form = std::find_if(kForms.begin(), kForms.end(), [&](const Form& one) {
    return path.ends_with(std::string("/Sources") + one.ending);
  });
  Sha256 digest;
  inflate_file(
      packed.fd(), path, {.compression = form->compression, .limit_bytes = kLargestIndex},
      [&](std::string_view piece) {
        digest.update(piece);
        inflated.write(piece);
      },
      visit.lane.stop());
  std::string name = fmt::format("{}-{}{}", file.sha256_hex, digest.finish().hex(), kKept);
  inflated.place(name);
  remove_old(visit.dir);
  return name;
}

/// The name of the kept index of a component; "" when the suite has none.
std::string DebMirror::sources(const std::string& suite, const std::string& component,
                               Visit& visit) {
  const DebRelease listed = release(suite, visit);
  for (const Form& form : kForms) {
    const std::string path = component + "/source/Sources" + form.ending;
    const auto found = listed.files.find(path);
    if (found == listed.files.end()) continue;
    for (const Entry& entry : visit.dir.list()) {
      const bool is_it =
          entry.name.starts_with(found->second.sha256_hex + "-") && entry.name.ends_with(kKept);
      if (!is_it) continue;
      ::utimensat(visit.dir.fd(), entry.name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
      return entry.name;
    }
    return bring(suite, path, listed, visit);
  }
  return "";
}

/// False: the kept index is damaged, and nothing was taken from it.
bool DebMirror::read_kept(const std::string& name, const DebAddress& address, DebFile& file,
                          const Visit& visit) const {
  DebFile found = file;
  Paragraphs paragraphs([&](std::string_view paragraph) {
    const std::optional<DebListed> listed = listed_in(paragraph, address);
    if (!listed || (!found.urls.empty() && listed->file.sha256_hex != found.sha256_hex)) return;
    found.sha256_hex = listed->file.sha256_hex;
    found.size_bytes = listed->file.size_bytes;
    const std::string url =
        fmt::format("{}/{}/{}", options_.address, listed->directory, address.file);
    if (std::find(found.urls.begin(), found.urls.end(), url) == found.urls.end())
      found.urls.push_back(url);
  });
  Sha256 digest;
  const Fd index = visit.dir.open_file(name, O_RDONLY);
  inflate_file(
      index.get(), name, {.compression = ArchiveCompression::none, .limit_bytes = kLargestIndex},
      [&](std::string_view piece) {
        digest.update(piece);
        paragraphs.feed(piece);
      },
      visit.lane.stop());
  if (!name.ends_with(fmt::format("-{}{}", digest.finish().hex(), kKept))) return false;
  paragraphs.finish();
  file = std::move(found);
  return true;
}

/// False: the suite has no such index.
bool DebMirror::look_in(const std::string& suite, const std::string& component,
                        const DebAddress& address, DebFile& file, Visit& visit) {
  for (bool is_again = false;; is_again = true) {
    const std::string name = sources(suite, component, visit);
    if (name.empty()) return false;
    try {
      if (read_kept(name, address, file, visit)) return true;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) visit.dir.remove_file(name);
      throw;
    }
    if (is_again)
      throw failed("bad-index", fmt::format("the index {} was damaged twice, as soon as it was "
                                            "written",
                                            join_path(visit.dir.path(), name)));
    visit.dir.remove_file(name); // it is downloaded again
  }
}

DebFile DebMirror::look(const DebAddress& address, const std::string& text, Visit& visit) {
  DebFile file{.urls = {}, .file = address.file};
  std::vector<std::string> looked_at;
  for (const std::string& suite : options_.suites)
    for (const std::string& component : options_.components)
      if (look_in(suite, component, address, file, visit))
        looked_at.push_back(fmt::format("{}/{}", suite, component));
  if (!file.urls.empty()) return file;
  const std::string in = looked_at.empty() ? "no index of sources" : join(looked_at, ", ");
  throw failed("not-found",
               fmt::format("{} has no file {} of the source package {}; looked at: {}",
                           options_.address, address.file, text.substr(0, text.find('/')), in));
}

DebFile DebMirror::find(const std::string& text, Patience patience, const Lane& lane) {
  const DebAddress address = parse_deb_address(text);
  if (options_.suites.empty())
    throw failed("no-suite", "it is not known which suite of the archive to look at: set "
                             "sources.deb-suites, for example to \"stable\"");
  for (const std::vector<std::string>& names : {options_.suites, options_.components})
    for (const std::string& name : names)
      if (!is_archive_path(name))
        throw Error(ErrorKind::usage, "debsrc.bad-suite",
                    fmt::format("\"{}\" is no suite or component of an archive, as they stand in "
                                "sources.deb-suites and sources.deb-components",
                                printable(name)));
  const InFlight::Ticket ticket = in_flight_.enter({"deb"}, lane.stop());
  if (auto known = known_.find(text); known != known_.end()) return known->second;
  Visit visit{patience, lane,
              Dir::create(join_path(options_.state_dir, sha256(options_.address).base32()))};
  DebFile file;
  try {
    file = look(address, text, visit);
  } catch (const Error& error) { // the archive may have changed since an earlier run
    if (!visit.used_cache || error.kind() == ErrorKind::interrupted) throw;
    visit.again = true;
    file = look(address, text, visit);
  }
  known_.emplace(text, file);
  return file;
}

} // namespace hdist
