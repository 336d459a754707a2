// A root as a link cannot say which process it is for, so a process registers a claim (who, and a
// heartbeat) and beside it the list of what it needs, one line each: an artifact id, or an absolute
// path. The list grows; a line counts when its newline is there.
#include "store/run_needs.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "store/store_format.h"
#include "store/store_roots.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace hdist {

namespace {

constexpr std::string_view kRun = ".run";
constexpr std::string_view kHeld = ".held"; // without heartbeat: its process became another program
constexpr std::string_view kNeeds = ".needs";
constexpr int64_t kLargestNeeds = 256 << 20;
constexpr int64_t kLargestClaim = 1 << 16;
constexpr int64_t kUnseenHeldS = 2'592'000; // of a process that nobody here can look at
constexpr int64_t kOrphanS = 86400;
constexpr int kMostHeld = 32; // then the dead among them are looked for

/// Nothing can be registered here, and that is no reason not to work.
bool is_tolerable(const Error& error) {
  if (error.code() == "store.foreign-roots") return true;
  int number = error.system_errno();
  return number == EACCES || number == EPERM || number == EROFS || number == ENOSPC ||
         number == EDQUOT;
}

std::string stem_of(const std::string& file) {
  return file.substr(0, file.rfind('.'));
}

std::optional<std::string> owned_text(const Dir& folder, const std::string& file, unsigned uid,
                                      int64_t limit) {
  std::optional<struct stat> status = folder.stat(file);
  if (!status || !S_ISREG(status->st_mode) || status->st_uid != uid) return std::nullopt;
  return folder.read_file_if_exists(file, limit);
}

void read_needs(const std::string& text, RunNeeds& needs) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty()) lines.pop_back(); // "", or a line that is not yet complete
  for (std::string& line : lines) {
    if (line.starts_with('/'))
      needs.paths.push_back(std::move(line));
    else if (std::optional<ArtifactId> id = ArtifactId::parse(line))
      needs.ids.push_back(std::move(*id));
  }
}

bool is_older(const Dir& folder, const std::string& file, int64_t seconds) {
  std::optional<struct stat> status = folder.stat(file);
  return status && std::time(nullptr) - status->st_mtim.tv_sec >= seconds;
}

int count_held(const Dir& folder) {
  int count = 0;
  for (const Entry& entry : folder.list())
    count += entry.name.ends_with(kHeld) ? 1 : 0;
  return count;
}

/// Never throws: what cannot be removed stays for the next time.
void remove_quietly(const Dir& folder, const std::string& file) {
  try {
    folder.remove_file(file);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch)
  }
}

/// A list without a claim. The claim is made first and removed last.
void drop_orphan(const Dir& folder, const std::string& stem) {
  std::string list = stem + std::string(kNeeds);
  bool claimed =
      folder.exists(stem + std::string(kRun)) || folder.exists(stem + std::string(kHeld));
  if (!claimed && is_older(folder, list, kOrphanS)) remove_quietly(folder, list);
}

} // namespace

OwnNeeds::~OwnNeeds() {
  if (folder_) remove_quietly(*folder_, stem_ + std::string(kNeeds));
  // Then the claim goes with its object.
}

void OwnNeeds::add(const Dir& store, const std::vector<ArtifactId>& ids,
                   const StoreOptions& options) {
  std::lock_guard lock(mutex_);
  if (impossible_) return;
  std::set<ArtifactId> missing;
  for (const ArtifactId& id : ids)
    if (!known_.contains(id)) missing.insert(id);
  if (missing.empty()) return;
  try {
    if (claim_ && !claim_->still_ours()) { // we slept so long that we were taken for dead
      folder_.reset();
      missing.merge(known_);
    }
    std::string lines;
    for (const ArtifactId& id : missing)
      lines += id.str() + "\n";
    write(store, lines, options);
    known_.merge(missing);
  } catch (const Error& error) {
    if (!is_tolerable(error)) throw;
    impossible_ = true;
  }
}

/// Opened anew each time: network file systems send what was written when a file is closed.
void OwnNeeds::write(const Dir& store, const std::string& lines, const StoreOptions& options) {
  if (!folder_) {
    Dir folder = own_roots(store, options);
    std::string stem = random_name(20);
    claim_ = Lease::try_take(folder, stem + std::string(kRun), options.lease);
    if (!claim_)
      throw Error(ErrorKind::failed, "store.no-claim",
                  "the name " + join_path(folder.path(), stem + std::string(kRun)) + " is taken");
    stem_ = stem;
    folder_.emplace(std::move(folder));
  }
  std::string file = stem_ + std::string(kNeeds);
  Fd fd = folder_->open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  write_all(fd.get(), lines, join_path(folder_->path(), file));
}

std::string hold_path(const Dir& store, const std::string& path, const StoreOptions& options,
                      ClaimJudge& judge) {
  if (path.find('\n') != std::string::npos)
    throw Error(ErrorKind::usage, "store.bad-root",
                "\"" + printable(path) + "\" cannot be registered: its name has a line break");
  try {
    Dir folder = own_roots(store, options);
    std::string stem = random_name(20);
    LeaseHolder self = LeaseHolder::self(random_name(32));
    if (count_held(folder) >= kMostHeld) RunWatch(judge).forget_dead(folder, ::geteuid());
    folder.write_file(stem + std::string(kNeeds), path + "\n");
    folder.write_file(stem + std::string(kHeld), self.text());
    return self.token;
  } catch (const Error& error) {
    if (!is_tolerable(error)) throw;
    return "";
  }
}

std::vector<RunNeeds> RunWatch::look(const Dir& roots, bool remove_dead) {
  std::vector<RunNeeds> living;
  std::vector<std::string> unreadable;
  for (const UserFolder& folder : user_folders(roots, unreadable)) {
    try {
      look_at(folder.dir, folder.uid, remove_dead, living);
    } catch (const Error& error) {
      if (error.system_errno() != EACCES && error.system_errno() != EPERM) throw;
    }
  }
  return living;
}

void RunWatch::forget_dead(const Dir& folder, unsigned uid) {
  std::vector<RunNeeds> living;
  look_at(folder, uid, true, living);
}

void RunWatch::look_at(const Dir& folder, unsigned uid, bool remove_dead,
                       std::vector<RunNeeds>& living) {
  for (const Entry& entry : folder.list()) {
    std::string file = entry.name;
    if (remove_dead && file.ends_with(kNeeds)) drop_orphan(folder, stem_of(file));
    if (!file.ends_with(kRun) && !file.ends_with(kHeld)) continue;
    std::optional<std::string> claim = owned_text(folder, file, uid, kLargestClaim);
    if (!claim) continue;
    std::string list = stem_of(file) + std::string(kNeeds);
    if (lives(folder, file)) {
      RunNeeds needs{.uid = uid, .holder = LeaseHolder::parse(*claim).value_or(LeaseHolder{})};
      if (auto text = owned_text(folder, list, uid, kLargestNeeds)) read_needs(*text, needs);
      living.push_back(std::move(needs));
    } else if (remove_dead) {
      remove_quietly(folder, list);
      remove_quietly(folder, file);
    }
  }
}

bool RunWatch::lives(const Dir& folder, const std::string& file) {
  Judgement judged = judge_.judge(folder, file);
  if (!judged.there || judged.proven_dead) return false;
  if (file.ends_with(kRun)) return judged.liveness != Liveness::dead;
  // No heartbeat is expected. Alive is also who may be: of another machine or another user.
  return is_seen_running(folder, file) || !is_older(folder, file, kUnseenHeldS);
}

} // namespace hdist
