#include "store/claims.h"

#include "base/path.h"
#include "base/process.h"
#include "base/text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kClaimMark = ".claim.";
constexpr std::string_view kScratchMark = ".scratch.";
constexpr std::size_t kHash32 = 32;
constexpr std::size_t kHash12 = 12;
constexpr int64_t kLargestClaim = 1 << 16;

std::optional<int> parse_number(std::string_view text) {
  std::optional<int64_t> number = parse_int(text);
  if (!number || *number < 1 || *number > kHighestAttempt) return std::nullopt;
  if (std::to_string(*number) != text) return std::nullopt;
  return static_cast<int>(*number);
}

bool is_base32(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

/// The holder's processes can be looked for: same boot, same PID namespace, and not of another
/// user, whose environments are not readable.
bool can_prove(const LeaseHolder& holder, const struct stat& claim) {
  LeaseHolder self = LeaseHolder::self(holder.token);
  bool same_machine = holder.boot_id == self.boot_id &&
                      holder.pid_namespace == self.pid_namespace && holder.host == self.host;
  return same_machine && !holder.boot_id.empty() &&
         (claim.st_uid == ::geteuid() || ::geteuid() == 0);
}

bool is_of_another_boot(const LeaseHolder& holder) {
  std::string here = LeaseHolder::self(holder.token).boot_id;
  auto is_known = [](const std::string& boot_id) { return !boot_id.empty() && boot_id != "?"; };
  return is_known(holder.boot_id) && is_known(here) && holder.boot_id != here;
}

} // namespace

std::string ClaimName::str() const {
  return fmt::format("{}{}{}", hash32, kind == Kind::build ? kClaimMark : kScratchMark, number);
}

std::optional<ClaimName> ClaimName::parse(std::string_view file) {
  if (file.size() <= kHash32 || !is_base32(file.substr(0, kHash32))) return std::nullopt;
  const std::string_view end = file.substr(kHash32);
  for (const auto& [mark, kind] :
       {std::pair(kClaimMark, Kind::build), std::pair(kScratchMark, Kind::scratch)}) {
    if (!end.starts_with(mark)) continue;
    std::optional<int> number = parse_number(end.substr(mark.size()));
    if (number)
      return ClaimName{
          .hash32 = std::string(file.substr(0, kHash32)), .number = *number, .kind = kind};
  }
  return std::nullopt;
}

std::string attempt_directory(const ArtifactId& id, int number) {
  return number == 1 ? id.hash12() : fmt::format("{}.{}", id.hash12(), number);
}

std::optional<int> attempt_number(std::string_view directory, std::string_view hash12) {
  if (!directory.starts_with(hash12)) return std::nullopt;
  directory.remove_prefix(hash12.size());
  if (directory.empty()) return 1;
  return directory.starts_with('.') ? parse_number(directory.substr(1)) : std::nullopt;
}

std::string unpublished_record(const ArtifactId& id, int number) {
  return fmt::format("{}.record.{}", id.hash32(), number);
}

Neighbours look_around(const Dir& name_dir, const ArtifactId& id) {
  Neighbours found;
  std::string hash32 = id.hash32();
  std::string_view hash12 = std::string_view(hash32).substr(0, kHash12);
  for (const Entry& entry : name_dir.list()) {
    if (!entry.name.starts_with(hash12)) continue;
    std::optional<ClaimName> claim = ClaimName::parse(entry.name);
    std::optional<int> number = claim ? claim->number : attempt_number(entry.name, hash12);
    found.highest = std::max(found.highest, number.value_or(0));
    if (claim && claim->hash32 == hash32 && claim->kind == ClaimName::Kind::build)
      found.claims.push_back(claim->number);
    bool has_hash32 = entry.name.size() > kHash32 && is_base32(entry.name.substr(0, kHash32));
    if (has_hash32 && !entry.name.starts_with(hash32)) found.shared_hash = true;
  }
  std::sort(found.claims.begin(), found.claims.end());
  return found;
}

Judgement ClaimJudge::judge(const Dir& name_dir, const std::string& file) {
  std::string path = join_path(name_dir.path(), file);
  std::lock_guard lock(mutex_);
  std::unique_ptr<Watched>& watched = watched_[path];
  if (!watched) watched = std::make_unique<Watched>(name_dir, file, options_);
  Judgement judgement{.there = true, .liveness = watched->watch.look(), .holder = {}};
  judgement.holder = watched->watch.holder();
  std::optional<struct stat> status = name_dir.stat(file);
  if (!status) {
    watched_.erase(path);
    return {};
  }
  if (local_ && judgement.holder && is_of_another_boot(*judgement.holder)) {
    judgement.liveness = Liveness::dead;
    judgement.proven_dead = true;
  } else if (judgement.liveness == Liveness::dead && judgement.holder) {
    judgement.proven_dead = can_prove(*judgement.holder, *status) &&
                            kill_by_token(judgement.holder->token, /*dry_run=*/true) == 0;
  }
  return judgement;
}

bool is_seen_running(const Dir& name_dir, const std::string& file) {
  return LeaseWatch(name_dir, file, {.dead_after = std::chrono::milliseconds(0)}).look() ==
         Liveness::alive;
}

void remove_claim(const Dir& name_dir, const std::string& file, const std::string& token) {
  std::optional<std::string> text = name_dir.read_file_if_exists(file, kLargestClaim);
  if (!text) return;
  std::optional<LeaseHolder> holder = LeaseHolder::parse(*text);
  if (holder && holder->token == token) name_dir.remove_file(file);
}

} // namespace hdist
