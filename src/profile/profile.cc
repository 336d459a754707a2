#include "profile/profile.h"

#include "base/error.h"
#include "base/text.h"
#include "profile/composition.h"
#include "profile/generations.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <unistd.h>

namespace hdist {

namespace {

std::string author() {
  const char* name = getlogin(); // only for the record
  return name != nullptr ? name : fmt::format("uid {}", geteuid());
}

class Maker {
public:
  Maker(const ProfileRequest& request, const ProfilePlaces& places, Members members)
      : request_(request), places_(places), members_(std::move(members)),
        link_(absolute_path(request.link)), generations_(places.hdist_root, link_) {}

  ProfileResult make(std::stop_token stop) {
    std::string input = input_digest(members_, places_.hdist_root);
    if (std::optional<ProfileResult> same = unchanged(input)) return *same;
    generations_.check_link();
    Composition composition = compose(std::move(members_), std::move(stop));

    ProfileResult result;
    // All numbers lie at the same depth, so that what is relative holds whichever this becomes.
    result.record = record_of(composition.members, target(1));
    result.record.name = request_.name.empty() ? base_name(link_) : request_.name;
    result.record.input = input;
    result.entries = static_cast<int64_t>(composition.plan.entries.size());
    if (request_.dry_run) return as_planned(std::move(result));
    result.record.made_at_s = std::time(nullptr);
    result.record.author = author();
    result.record.reason = request_.reason;
    result.record.stack = request_.stack;
    try {
      if (composition.steps.empty())
        make_beside(composition, result);
      else
        make_in_place(composition, result);
      return finish(result);
    } catch (...) {
      take_back(result.generation);
      throw;
    }
  }

private:
  ProfileTarget target(int64_t number) const {
    return {generations_.path_of(number), places_.hdist_root};
  }

  /// The current generation, if it has this input. What a move of the root left behind (links and
  /// roots that say the old place) is mended.
  std::optional<ProfileResult> unchanged(const std::string& input) {
    std::optional<int64_t> current = generations_.current();
    if (!current) return std::nullopt;
    OpenedProfile opened = open_profile(generations_.path_of(*current));
    if (opened.record.input != input) return std::nullopt;
    ProfileResult result;
    result.link = link_;
    result.generation = *current;
    result.generation_path = generations_.path_of(*current);
    result.record = std::move(opened.record);
    result.changed = !generations_.link_holds();
    if (request_.dry_run) return result;
    write_activation(Dir::open(result.generation_path), result.record, result.generation_path);
    places_.add_root(result.generation_path);
    if (result.changed) generations_.switch_to(result.generation);
    return result;
  }

  ProfileResult as_planned(ProfileResult result) const {
    result.link = link_;
    result.generation = generations_.next();
    result.generation_path = generations_.path_of(result.generation);
    result.changed = true;
    return result;
  }

  /// Filled beside its place, so that it appears whole.
  void make_beside(const Composition& composition, ProfileResult& result) {
    Staging staging(generations_.directory());
    fill_profile(composition, staging.dir(), target(1), places_.install);
    result.generation = generations_.add(std::move(staging));
    result.generation_path = generations_.path_of(result.generation);
    result.record.generation = result.generation;
    write_documents(Dir::open(result.generation_path), result.record, result.generation_path);
  }

  /// Install commands write the final path into files. Nothing leads to it before the switch.
  void make_in_place(const Composition& composition, ProfileResult& result) {
    result.generation = generations_.reserve();
    result.generation_path = generations_.path_of(result.generation);
    result.record.generation = result.generation;
    Dir dir = Dir::open(result.generation_path);
    fill_profile(composition, dir, target(result.generation), places_.install);
    write_documents(dir, result.record, result.generation_path);
  }

  /// Of a generation that did not become the profile nothing stays. 0: none was begun.
  void take_back(int64_t number) noexcept {
    if (number == 0 || !generations_.discard(number)) return;
    try {
      if (places_.remove_root) places_.remove_root(generations_.path_of(number));
    } catch (const Error&) { // it leads nowhere, and a collection takes it away
    }
  }

  /// Everything durable, then the switch; unless another process has made and switched to the same
  /// meanwhile.
  ProfileResult finish(ProfileResult& result) {
    places_.add_root(result.generation_path);
    places_.barrier();
    const Fd turn = generations_.take_turn();
    // A link that led nowhere may lead to this one already.
    const bool is_ours = generations_.current() == result.generation;
    std::optional<ProfileResult> same = is_ours ? std::nullopt : unchanged(result.record.input);
    if (same) {
      take_back(result.generation);
      return *std::move(same);
    }
    generations_.switch_to(result.generation);
    result.link = link_;
    result.changed = true;
    return std::move(result);
  }

  const ProfileRequest& request_;
  const ProfilePlaces& places_;
  Members members_;
  std::string link_;
  Generations generations_;
};

} // namespace

ProfileResult make_profile(const ProfileRequest& request, const FindArtifact& find,
                           const ProfilePlaces& places, std::stop_token stop) {
  try {
    return Maker(request, places, closure(request.members, find, request.machine))
        .make(std::move(stop));
  } catch (Error& error) {
    error.during(fmt::format("making the profile {}", request.link));
    throw;
  }
}

ProfileResult make_profile_in(const std::string& directory, const ProfileRequest& request,
                              const FindArtifact& find, const ProfilePlaces& places,
                              std::stop_token stop) {
  try {
    Dir dir = Dir::open(directory);
    if (!dir.list().empty())
      throw Error(ErrorKind::refused, "profile.in-the-way",
                  fmt::format("{} is not empty, so no profile is made in it", directory));
    ProfileTarget target{directory, places.hdist_root};
    Members members = closure(request.members, find, request.machine);
    ProfileResult result;
    result.link = result.generation_path = directory;
    result.changed = true;
    result.record = record_of(members, target);
    result.record.name = request.name;
    result.record.input = input_digest(members, places.hdist_root);
    Composition composition = compose(std::move(members), std::move(stop));
    result.entries = static_cast<int64_t>(composition.plan.entries.size());
    fill_profile(composition, dir, target, places.install);
    write_documents(dir, result.record, directory);
    return result;
  } catch (Error& error) {
    error.during(fmt::format("making a profile in {}", directory));
    throw;
  }
}

namespace {

/// A link that leads nowhere was a profile once: its root was moved, or the generation is gone.
Error not_found(const std::string& path) {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  std::optional<std::string> target = parent ? parent->read_link(base_name(path)) : std::nullopt;
  if (!target)
    return Error(ErrorKind::usage, "profile.not-found",
                 fmt::format("there is no profile at {}", printable(path)));
  Error error(ErrorKind::usage, "profile.not-found",
              fmt::format("the profile {} leads to {}, which is gone", printable(path),
                          printable(*target)));
  error.advise({"make it again from its stack (a generation that was moved with its root is found "
                "again by that)",
                "update",
                {"STACK", path}});
  return error;
}

} // namespace

namespace {

std::optional<std::string> end_of(const std::string& path) {
  try {
    return real_path_if_exists(path);
  } catch (const Error& error) {
    if (error.system_errno() != ELOOP && error.system_errno() != ENAMETOOLONG) throw;
    throw Error(ErrorKind::usage, "profile.not-found",
                fmt::format("there is no profile at {}: {}", printable(path),
                            strerrordesc_np(error.system_errno())));
  }
}

} // namespace

OpenedProfile open_profile(const std::string& path) {
  OpenedProfile opened;
  opened.path = absolute_path(path);
  const std::optional<std::string> real = end_of(opened.path);
  if (!real) throw not_found(opened.path);
  struct stat info {};
  if (::stat(real->c_str(), &info) == 0 && !S_ISDIR(info.st_mode))
    throw Error(ErrorKind::usage, "profile.not-a-profile",
                fmt::format("{} is no profile: it is no directory", printable(opened.path)));
  std::optional<Dir> dir = Dir::open_if_exists(*real);
  std::optional<std::string> text = dir ? dir->read_file_if_exists(kProfileFile) : std::nullopt;
  if (!text)
    throw Error(ErrorKind::usage, "profile.not-a-profile",
                fmt::format("{} is no profile: it has no profile.json", printable(opened.path)));
  opened.generation_path = *real;
  opened.record = ProfileRecord::parse(*text, join_path(*real, kProfileFile));
  for (ProfileMember& member : opened.record.members)
    member.path = normal_path(join_path(*real, member.path));
  return opened;
}

} // namespace hdist
