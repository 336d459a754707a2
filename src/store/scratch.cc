// The path of an attempt for work that is never published. Its claim has a name of its own, which
// nobody waits for; its number counts, so that no builder uses the path.
#include "store/artifact_store.h"

#include "base/error.h"
#include "store/store_state.h"

#include <unistd.h>

namespace hdist {

namespace {

constexpr int kTries = 100; // each is lost to another process that got on

/// Whether anybody builds, or built, at the path: any artifact that shares the twelve characters.
bool is_claimed(const Dir& name_dir, const ArtifactId& id, int number) {
  for (const Entry& entry : name_dir.list())
    if (entry.name.starts_with(id.hash12()))
      if (std::optional<ClaimName> claim = ClaimName::parse(entry.name))
        if (claim->number == number && claim->kind == ClaimName::Kind::build) return true;
  return false;
}

} // namespace

/// True: a scratch of this number was there whose process is proven dead; its directory may be.
bool ArtifactStore::State::end_dead_scratch(const Dir& name_dir, const ClaimName& name) {
  std::optional<struct stat> status = name_dir.stat(name.str());
  if (!status || status->st_uid != ::geteuid()) return false;
  Judgement judged = judge.judge(name_dir, name.str());
  if (!judged.there || !judged.proven_dead || !judged.holder) return false;
  remove_claim(name_dir, name.str(), judged.holder->token);
  return true;
}

std::unique_ptr<Attempt::State> ArtifactStore::State::claim_scratch(const ArtifactId& id,
                                                                    int number) {
  Dir name_dir = dir.make_dir(id.name(), modes.shared_dir);
  if (!trusts_owner_of(name_dir)) throw foreign_directory(name_dir);
  const ClaimName name{.hash32 = id.hash32(), .number = number, .kind = ClaimName::Kind::scratch};
  const std::string directory = attempt_directory(id, number);
  const bool takes_over = end_dead_scratch(name_dir, name);
  std::optional<Lease> lease = Lease::try_take(name_dir, name.str(), options.lease);
  if (!lease || is_claimed(name_dir, id, number)) return nullptr;
  auto attempt = std::make_unique<Attempt::State>(id, name_dir.duplicate(), std::move(*lease));
  attempt->number = number;
  attempt->is_scratch = true;
  if (!name_dir.make_new_dir(directory, 0755)) {
    std::optional<struct stat> status = name_dir.stat(directory);
    if (!takes_over || !status || !S_ISDIR(status->st_mode) || status->st_uid != ::geteuid())
      return nullptr;
  }
  attempt->directory = directory;
  attempt->path = path + "/" + id.name() + "/" + directory;
  return attempt;
}

std::optional<Attempt> ArtifactStore::claim_scratch(const ArtifactId& id,
                                                    std::optional<int> number) {
  try {
    check_store_path(state_->path);
    check_store_path(state_->real_path);
    for (int attempt = 0; attempt < kTries; ++attempt) {
      std::optional<Dir> name_dir = state_->open_name_dir(id.name());
      const int next = name_dir ? look_around(*name_dir, id).highest + 1 : 1;
      if (auto state = state_->claim_scratch(id, number.value_or(next)))
        return Attempt(std::move(state));
      if (number) return std::nullopt;
    }
    return std::nullopt;
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("taking a place beside " + id.short_text());
    throw_from_writing(state_->path, error);
  }
}

} // namespace hdist
