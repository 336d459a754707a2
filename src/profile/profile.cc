#include "profile/profile.h"

#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "profile/activate.h"
#include "profile/generations.h"
#include "profile/links.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <unistd.h>

namespace hdist {

namespace {

constexpr const char* kActivation = "activate.sh";
constexpr int kLayoutVersion = 2; // a change makes every profile anew

/// Depth first over what artifacts refer to, names in order, each once.
class ClosureWalk {
public:
  ClosureWalk(const std::vector<ArtifactId>& requested, const FindArtifact& find,
              const Platform& machine)
      : requested_(requested.begin(), requested.end()), find_(find), machine_(machine) {}

  std::vector<std::pair<FoundArtifact, bool>> walk() {
    for (const ArtifactId& id : requested_)
      visit(id, "");
    return std::move(order_);
  }

private:
  void visit(const ArtifactId& id, const std::string& asker) {
    if (!seen_.insert(id).second) return;
    std::optional<FoundArtifact> found = find_(id);
    if (!found)
      throw Error(ErrorKind::failed, "profile.missing-artifact",
                  fmt::format("the artifact {} is not in the store{}", id.str(),
                              asker.empty() ? "" : fmt::format("; {} refers to it", asker)));
    if (found->record.platform)
      if (std::optional<std::string> why = why_foreign(*found->record.platform, machine_))
        throw Error(ErrorKind::refused, "profile.foreign-platform",
                    fmt::format("{} cannot run on this machine: {}", id.str(), *why));
    const ArtifactRecord& record = found->record;
    const std::vector<ArtifactId>& list = record.needs ? *record.needs : record.references;
    std::set<ArtifactId> needs(record.run.begin(), record.run.end());
    needs.insert(list.begin(), list.end());
    for (const ArtifactId& need : needs)
      visit(need, id.str());
    order_.emplace_back(std::move(*found), requested_.contains(id));
  }

  std::set<ArtifactId> requested_;
  const FindArtifact& find_;
  const Platform& machine_;
  std::set<ArtifactId> seen_;
  std::vector<std::pair<FoundArtifact, bool>> order_;
};

using Members = std::vector<std::pair<FoundArtifact, bool>>;

/// As links of a generation say it: what lies below the root moves together with it.
std::string place_of(const std::string& artifact, const std::string& root) {
  return artifact.starts_with(root + "/") ? artifact.substr(root.size() + 1) : artifact;
}

std::string input_digest(const Members& members, const std::string& root) {
  Value::List list;
  for (const auto& [found, requested] : members) {
    Value entry;
    entry.set("id", found.record.id.str());
    entry.set("place", place_of(found.path, root));
    entry.set("install", to_value(found.record.install));
    entry.set("requested", requested);
    list.push_back(std::move(entry));
  }
  Value input;
  input.set("layout", kLayoutVersion);
  input.set("members", Value(std::move(list)));
  return sha256(canonical_json(input)).base32();
}

/// $ARTIFACT becomes a path relative to the profile where the store moves together with it.
std::string without_artifact(const std::string& value, const std::string& artifact,
                             const std::string& generation, const std::string& root) {
  bool together = artifact.starts_with(root + "/") && generation.starts_with(root + "/");
  std::string place = together ? "$PROFILE/" + relative_path(artifact, generation) : artifact;
  return replace_all(replace_all(value, "${ARTIFACT}", place), "$ARTIFACT", place);
}

void merge_variable(std::vector<ProfileVariable>& variables, const ProfileVariable& variable,
                    const std::string& owner) {
  auto same = std::find_if(variables.begin(), variables.end(), [&](const ProfileVariable& other) {
    return other.name == variable.name;
  });
  if (same == variables.end()) {
    variables.push_back(variable);
    return;
  }
  if (same->kind != variable.kind ||
      (variable.kind == ProfileVariable::Kind::plain && same->values != variable.values))
    throw Error(ErrorKind::failed, "profile.variable-conflict",
                fmt::format("{} sets the variable {} otherwise than another member of the profile",
                            owner, variable.name));
  if (variable.kind == ProfileVariable::Kind::plain) return;
  for (const std::string& value : variable.values)
    if (std::find(same->values.begin(), same->values.end(), value) == same->values.end())
      same->values.push_back(value);
}

std::string author() {
  const char* name = getlogin(); // only for the record
  return name != nullptr ? name : fmt::format("uid {}", geteuid());
}

Error conflict_error(const LinkPlan& plan, const Members& members) {
  std::string text = "artifacts want different things at the same place of the profile:";
  constexpr std::size_t kShown = 50;
  for (std::size_t i = 0; i < plan.conflicts.size() && i < kShown; ++i) {
    std::vector<std::string> owners;
    for (std::size_t member : plan.conflicts[i].members)
      owners.push_back(members[member].first.record.id.short_text());
    text += fmt::format("\n  {}: {}", plan.conflicts[i].path, join(owners, ", "));
  }
  if (plan.conflicts.size() > kShown)
    text += fmt::format("\n  and {} more", plan.conflicts.size() - kShown);
  Error error(ErrorKind::failed, "profile.conflict", std::move(text));
  error.advise({"leave one of them out, or exclude the file in one recipe's profile_links: - "
                "{exclude: PATH}",
                "",
                {}});
  return error;
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
    LinkPlan plan = plan_links(link_members(), std::move(stop));
    if (!plan.conflicts.empty()) throw conflict_error(plan, members_);

    ProfileResult result;
    result.record = record(input);
    result.entries = static_cast<int64_t>(plan.entries.size());
    if (request_.dry_run) return as_planned(std::move(result));
    Staging staging(generations_.directory());
    // All numbers lie at the same depth, so that relative links hold whichever this becomes.
    carry_out(plan, staging.dir(), generations_.path_of(1), places_.hdist_root);
    staging.dir().write_file("profile.json", result.record.text(), {.mode = 0444});
    result.generation = generations_.add(std::move(staging));
    result.generation_path = generations_.path_of(result.generation);
    finish(result);
    return result;
  }

private:
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
    write_activation(result);
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

  static void write_activation(const ProfileResult& result) {
    Dir generation = Dir::open(result.generation_path);
    std::string text = activation_file(result.record, result.generation_path);
    if (generation.read_file_if_exists(kActivation) != text)
      generation.write_file(kActivation, text, {.mode = 0444});
  }

  std::vector<LinkMember> link_members() const {
    std::vector<LinkMember> list;
    for (const auto& [found, unused] : members_)
      list.push_back({found.record.id, found.path, found.record.install});
    return list;
  }

  ProfileRecord record(const std::string& input) const {
    ProfileRecord record;
    record.name = request_.name.empty() ? base_name(link_) : request_.name;
    for (const auto& [found, requested] : members_) {
      record.members.push_back({found.record.id, found.record.version, found.path, requested});
      for (ProfileVariable variable : found.record.install.environment) {
        for (std::string& value : variable.values)
          value = without_artifact(value, found.path, generations_.path_of(1), places_.hdist_root);
        merge_variable(record.environment, variable, found.record.id.str());
      }
    }
    record.input = input;
    record.made_at_s = std::time(nullptr);
    record.author = author();
    record.reason = request_.reason;
    record.stack = request_.stack;
    return record;
  }

  /// The generation's own documents, then everything durable, then the switch.
  void finish(ProfileResult& result) {
    Dir generation = Dir::open(result.generation_path);
    result.record.generation = result.generation;
    generation.write_file("profile.json", result.record.text(), {.mode = 0444});
    write_activation(result);
    places_.add_root(result.generation_path);
    places_.barrier();
    generations_.switch_to(result.generation);
    result.link = link_;
    result.changed = true;
  }

  const ProfileRequest& request_;
  const ProfilePlaces& places_;
  Members members_;
  std::string link_;
  Generations generations_;
};

} // namespace

std::vector<std::pair<FoundArtifact, bool>> closure(const std::vector<ArtifactId>& requested,
                                                    const FindArtifact& find,
                                                    const Platform& machine) {
  return ClosureWalk(requested, find, machine).walk();
}

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

namespace {

/// A link that leads nowhere was a profile once: its root was moved, or the generation is gone.
Error not_found(const std::string& path) {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  std::optional<std::string> target = parent ? parent->read_link(base_name(path)) : std::nullopt;
  if (!target)
    return Error(ErrorKind::usage, "profile.not-found",
                 fmt::format("there is no profile at {}", path));
  Error error(ErrorKind::usage, "profile.not-found",
              fmt::format("the profile {} leads to {}, which is gone", path, *target));
  error.advise({"make it again from its stack (a generation that was moved with its root is found "
                "again by that)",
                "update",
                {"STACK", path}});
  return error;
}

} // namespace

OpenedProfile open_profile(const std::string& path) {
  OpenedProfile opened;
  opened.path = absolute_path(path);
  std::optional<std::string> real = real_path_if_exists(opened.path);
  if (!real) throw not_found(opened.path);
  std::optional<Dir> dir = Dir::open_if_exists(*real);
  std::optional<std::string> text = dir ? dir->read_file_if_exists("profile.json") : std::nullopt;
  if (!text)
    throw Error(ErrorKind::usage, "profile.not-a-profile",
                fmt::format("{} is no profile: it has no profile.json", opened.path));
  opened.generation_path = *real;
  opened.record = ProfileRecord::parse(*text, join_path(*real, "profile.json"));
  return opened;
}

} // namespace hdist
