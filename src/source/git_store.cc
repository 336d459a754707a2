#include "source/git_store.h"

#include "base/error.h"
#include "base/text.h"
#include "data/digest.h"
#include "source/address.h"
#include "source/git_use.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <set>

namespace hdist {

namespace {

constexpr const char* kGit = "git";
constexpr const char* kForgot = "hdist-forgot"; // there is something to prune
constexpr const char* kPackedRefs = "packed-refs";
constexpr int64_t kDaySeconds = 86'400;

std::string place_of(const std::string& repository) {
  return join_path(kGit, repository);
}

/// Where refs that begin so lie.
std::string folder_of(const std::string& place, std::string_view refs) {
  return join_path(place, std::string(refs.substr(0, refs.size() - 1)));
}

/// "<digest>", or "<digest>-<uid>".
bool is_repository_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  return Digest::parse_base32(name.substr(0, dash)) &&
         (dash == std::string_view::npos || parse_int(name.substr(dash + 1)));
}

/// Bytes of the files in and below a directory.
int64_t size_below(const Dir& dir) {
  int64_t bytes = 0;
  for (const Entry& entry : dir.list()) {
    if (entry.type == EntryType::directory) {
      bytes += size_below(dir.open_dir(entry.name));
    } else if (std::optional<struct stat> status = dir.stat(entry.name)) {
      bytes += status->st_size;
    }
  }
  return bytes;
}

/// What `git init --bare --shared=0644` makes: others may read it, whatever the umask, and nobody
/// may write to it. By descriptor, so in nothing that somebody put in its place.
void make_repository(const Dir& dir) {
  dir.make_dirs("objects/info");
  dir.make_dirs("objects/pack");
  dir.make_dirs("refs/heads");
  dir.make_dirs("refs/tags");
  dir.write_file("HEAD", "ref: refs/heads/main\n");
  dir.write_file("config", "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
                           "\tbare = true\n\tsharedrepository = 0644\n"
                           "[receive]\n\tdenyNonFastforwards = true\n");
  dir.set_mode(".", 0755);
}

/// False: somebody else is at it.
bool collect_garbage(const GitProgram& program, const std::string& repository,
                     const std::stop_token& stop) {
  try {
    program.must({.words = {"-c", "gc.packRefs=false", "gc", "--quiet", "--prune=1.day.ago"},
                  .directory = repository,
                  .input = {},
                  .timeout_s = 0,
                  .output = {}},
                 stop);
    return true;
  } catch (const Error& error) {
    if (error.message().find("gc is already running") == std::string::npos) throw;
    return false;
  }
}

} // namespace

GitStore::GitStore(const Dir& store, const GitProgram& program)
    : store_(store.duplicate()), program_(program) {}

std::vector<std::string> GitStore::repositories() const {
  std::vector<std::string> names;
  std::optional<Dir> dir = store_.open_dir_if_exists(kGit);
  if (!dir) return names;
  for (const Entry& entry : dir->list())
    if (entry.type == EntryType::directory && is_repository_name(entry.name))
      names.push_back(entry.name);
  std::stable_partition(names.begin(), names.end(),
                        [this](const std::string& name) { return is_own(name); });
  return names;
}

bool GitStore::is_own(const std::string& repository) const {
  std::optional<struct stat> status = store_.stat(place_of(repository));
  return status && status->st_uid == ::geteuid();
}

/// A ref is a file; git moves it to packed-refs only when a person says so.
bool GitStore::keeps(const std::string& repository, const std::string& commit) const {
  std::string place = place_of(repository);
  if (std::optional<struct stat> status = store_.stat(join_path(place, kKeptRefs + commit)))
    return S_ISREG(status->st_mode) && status->st_size > 0;
  std::optional<std::string> packed = store_.read_file_if_exists(join_path(place, kPackedRefs));
  return packed && packed->find(" " + (kKeptRefs + commit) + "\n") != std::string::npos;
}

std::optional<std::string> GitStore::holder(const std::string& commit) const {
  for (const std::string& name : repositories())
    if (keeps(name, commit)) return join_path(store_.path(), place_of(name));
  return std::nullopt;
}

std::vector<std::string> GitStore::commits() const {
  std::set<std::string> found;
  for (const std::string& name : repositories()) {
    std::string place = place_of(name);
    if (std::optional<Dir> kept = store_.open_dir_if_exists(join_path(place, "refs/hdist/kept")))
      for (const Entry& entry : kept->list())
        if (is_full_commit(entry.name)) found.insert(entry.name);
    std::optional<std::string> packed = store_.read_file_if_exists(join_path(place, kPackedRefs));
    for (const std::string& line : split(packed.value_or(""), '\n')) {
      std::size_t at = line.find(kKeptRefs);
      if (at == std::string::npos) continue;
      std::string commit = line.substr(at + std::string_view(kKeptRefs).size());
      if (is_full_commit(commit)) found.insert(commit);
    }
  }
  return {found.begin(), found.end()};
}

std::map<std::string, std::string> GitStore::damaged() const {
  std::map<std::string, std::string> found;
  for (const std::string& name : repositories()) {
    const std::optional<Dir> refs =
        is_own(name) ? store_.open_dir_if_exists(folder_of(place_of(name), kDamagedRefs))
                     : std::nullopt;
    for (const Entry& entry : refs ? refs->list() : std::vector<Entry>{})
      if (is_full_commit(entry.name) && !holder(entry.name))
        found.emplace(entry.name, join_path(store_.path(), place_of(name)));
  }
  return found;
}

std::optional<std::string> GitStore::remains(const std::string& commit) const {
  for (const std::string& name : repositories())
    if (is_own(name) && store_.exists(join_path(place_of(name), kDamagedRefs + commit)))
      return join_path(store_.path(), place_of(name));
  return std::nullopt;
}

std::string GitStore::repository(const GitAddress& remote) const {
  std::string name = sha256(public_address(remote.remote)).base32();
  std::string path = join_path(store_.path(), place_of(name));
  Dir git = store_.make_dir(kGit);
  if (git.exists(name) && !is_own(name)) {
    name += fmt::format("-{}", ::geteuid());
    path = join_path(store_.path(), place_of(name));
  }
  if (git.exists(name)) return path;
  Staging staging(git);
  make_repository(staging.dir());
  static_cast<void>(std::move(staging).publish(name)); // another process's is as good
  git.sync();
  return path;
}

bool GitStore::keeps_any(const std::string& repository) const {
  const std::string place = place_of(base_name(repository));
  const std::optional<Dir> kept = store_.open_dir_if_exists(folder_of(place, kKeptRefs));
  return (kept && !kept->list().empty()) || store_.exists(join_path(place, kPackedRefs));
}

// Refs of these names are written here and not by git: no lock of its stays when a process dies.
void GitStore::keep(const std::string& repository, const std::string& commit) const {
  Dir dir = store_.open_dir(place_of(base_name(repository)));
  dir.make_dirs(parent_path(kKeptRefs + commit));
  dir.write_file(kKeptRefs + commit, commit + "\n", {.mode = 0644, .durable = true});
  dir.remove_file(kDamagedRefs + commit);
}

std::string GitStore::set_aside(const std::string& repository) const {
  const std::string name = base_name(repository);
  if (!is_own(name))
    throw Error(
        ErrorKind::refused, "git.foreign-repository",
        fmt::format("{} belongs to another user", join_path(store_.path(), place_of(name))));
  const GitAlone alone(join_path(store_.path(), place_of(name)));
  constexpr int kLength = 32;
  const std::string aside = sha256("aside " + random_name(kLength)).base32();
  store_.rename(place_of(name), place_of(aside));
  return join_path(store_.path(), place_of(aside));
}

// First what it is now, so that a process which dies between the two has lost nothing.
void GitStore::note_damage(const std::string& repository, const std::string& commit,
                           const std::stop_token& stop) const {
  const Dir dir = store_.open_dir(place_of(base_name(repository)));
  dir.make_dirs(parent_path(kDamagedRefs + commit));
  dir.write_file(kDamagedRefs + commit, commit + "\n", {.mode = 0644, .durable = true});
  for (const std::string& name : repositories())
    if (is_own(name) && keeps(name, commit)) drop(name, commit, stop);
}

bool GitStore::keep_again(const std::string& name, const std::string& commit) const {
  if (!is_repository_name(name) || !store_.exists(place_of(name))) return true;
  if (!is_own(name)) return false;
  std::string repository = join_path(store_.path(), place_of(name));
  bool is_there = program_
                      .isolated({.words = {"cat-file", "-e", commit + "^{commit}"},
                                 .directory = repository,
                                 .input = {},
                                 .timeout_s = 0,
                                 .output = {}},
                                {})
                      .ok;
  if (is_there) keep(repository, commit);
  return true;
}

void GitStore::drop(const std::string& name, const std::string& commit,
                    const std::stop_token& stop) const {
  const GitUse use(join_path(store_.path(), place_of(name)));
  store_.write_file(join_path(place_of(name), kForgot), "");
  store_.remove_file(join_path(place_of(name), kKeptRefs + commit));
  if (!keeps(name, commit)) return;
  // It was in packed-refs.
  program_.must({.words = {"update-ref", "-d", kKeptRefs + commit},
                 .directory = join_path(store_.path(), place_of(name)),
                 .input = {},
                 .timeout_s = 0,
                 .output = {}},
                stop);
}

void GitStore::forget(const std::string& commit, const std::stop_token& stop) const {
  for (const std::string& name : repositories()) {
    if (!is_own(name)) continue;
    const bool is_damaged = store_.remove_file(join_path(place_of(name), kDamagedRefs + commit));
    if (is_damaged || keeps(name, commit)) drop(name, commit, stop);
  }
}

void GitStore::forget_damaged(const std::string& commit) const {
  for (const std::string& name : repositories())
    if (is_own(name)) store_.remove_file(join_path(place_of(name), kDamagedRefs + commit));
}

int64_t GitStore::prune(const std::stop_token& stop) const {
  program_.remove_leftovers();
  int64_t won = 0;
  for (const std::string& name : repositories()) {
    if (!is_own(name)) continue;
    Dir dir = store_.open_dir(place_of(name));
    int64_t before = size_below(dir);
    std::optional<struct stat> forgot = dir.stat(kForgot);
    // Refs of fetches that died. A fetch that runs has touched its own within a day.
    if (std::optional<Dir> incoming = dir.open_dir_if_exists("refs/hdist/incoming"))
      for (const Entry& entry : incoming->list()) {
        std::optional<struct stat> status = incoming->stat(entry.name);
        if (status && std::time(nullptr) - status->st_mtim.tv_sec > kDaySeconds)
          incoming->remove_tree(entry.name);
      }
    if (!forgot) continue;
    const GitUse use(dir.path());
    if (!collect_garbage(program_, dir.path(), stop)) continue;
    // Once all that it was forgotten with is old enough to have gone.
    if (std::time(nullptr) - forgot->st_mtim.tv_sec > 2 * kDaySeconds) dir.remove_file(kForgot);
    won += before - size_below(dir);
  }
  return won;
}

} // namespace hdist
