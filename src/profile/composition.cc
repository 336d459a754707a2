#include "profile/composition.h"

#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "model/install_json.h"
#include "profile/activate.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr int kLayoutVersion = 4; // a change makes every profile anew

bool has_command(const std::pair<FoundArtifact, bool>& member) {
  return !member.first.record.install.command.empty();
}

bool moves_together(const std::string& artifact, const ProfileTarget& target) {
  return artifact.starts_with(target.together + "/") &&
         target.path.starts_with(target.together + "/");
}

/// As links of a generation say it: what lies below the root moves together with it.
std::string place_of(const std::string& artifact, const std::string& root) {
  return artifact.starts_with(root + "/") ? artifact.substr(root.size() + 1) : artifact;
}

/// $ARTIFACT becomes a path relative to the profile where the store moves together with it.
std::string without_artifact(const std::string& value, const std::string& artifact,
                             const ProfileTarget& target) {
  std::string place = artifact;
  if (target.holds_copies)
    place = "$PROFILE";
  else if (moves_together(artifact, target))
    place = "$PROFILE/" + relative_path(artifact, target.path);
  return replace_all(replace_all(value, "${ARTIFACT}", place), "$ARTIFACT", place);
}

using Owners = std::map<std::string, std::string>; // variable -> the first member that sets it

std::string setting_text(const ProfileVariable& variable, const std::string& owner) {
  static constexpr const char* kKinds[] = {"a path", "flags", "a text"};
  return fmt::format("\n  {}: {} = {} ({})", owner, variable.name, join(variable.values, " "),
                     kKinds[static_cast<int>(variable.kind)]);
}

Error variable_conflict(const ProfileVariable& one, const std::string& owner,
                        const ProfileVariable& two, const std::string& other) {
  Error error(ErrorKind::failed, "profile.variable-conflict",
              fmt::format("artifacts want different things of the variable {} of the profile:{}{}",
                          one.name, setting_text(one, owner), setting_text(two, other)));
  error.advise(
      {"leave one of them out, or set the variable in one recipe's profile_variables only; "
       "lists ({path: [...]}, {flags: [...]}) merge, when all say the same kind",
       "",
       {}});
  return error;
}

void merge_variable(std::vector<ProfileVariable>& variables, const ProfileVariable& variable,
                    const std::string& member, Owners& owners) {
  const std::string& owner = owners.try_emplace(variable.name, member).first->second;
  auto same = std::find_if(variables.begin(), variables.end(), [&](const ProfileVariable& other) {
    return other.name == variable.name;
  });
  if (same == variables.end()) {
    variables.push_back(variable);
    return;
  }
  if (same->kind != variable.kind ||
      (variable.kind == ProfileVariable::Kind::plain && same->values != variable.values))
    throw variable_conflict(*same, owner, variable, member);
  if (variable.kind == ProfileVariable::Kind::plain) return;
  for (const std::string& value : variable.values)
    if (std::find(same->values.begin(), same->values.end(), value) == same->values.end())
      same->values.push_back(value);
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

std::vector<LinkMember> link_members(const Members& members) {
  std::vector<LinkMember> list;
  for (const auto& [found, unused] : members) {
    InstallWishes install = found.record.install;
    if (!install.command.empty()) install.rules = {{LinkAction::exclude, {"**"}}};
    list.push_back({found.record.id, found.path, std::move(install)});
  }
  return list;
}

std::vector<InstallStep> steps_of(const Members& members) {
  std::map<ArtifactId, std::string> paths;
  for (const auto& [found, unused] : members)
    paths.emplace(found.record.id, found.path);
  std::vector<InstallStep> steps;
  for (const auto& [found, unused] : members) {
    const InstallWishes& install = found.record.install;
    if (install.command.empty()) continue;
    InstallStep step{found.record.id, found.path, "", install.command, {}};
    for (const auto& [name, id] : install.dependencies)
      step.dependencies.emplace(name, paths.at(id));
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<ArtifactId> requested_of(const ProfileRecord& record) {
  std::vector<ArtifactId> ids;
  for (const ProfileMember& member : record.members)
    if (member.requested) ids.push_back(member.id);
  return ids;
}

} // namespace

Composition compose(Members members, std::stop_token stop, const PlanOptions& options) {
  Composition composition{std::move(members), {}, {}};
  composition.steps = steps_of(composition.members);
  // A command may add to any directory, so none may be the artifact's own.
  composition.plan =
      plan_links(link_members(composition.members),
                 {.fold = options.fold && composition.steps.empty()}, std::move(stop));
  if (!composition.plan.conflicts.empty())
    throw conflict_error(composition.plan, composition.members);
  return composition;
}

std::string input_digest(const Members& members, const std::string& together) {
  bool has_steps = std::any_of(members.begin(), members.end(), has_command);
  Value::List list;
  for (const auto& [found, requested] : members) {
    Value entry;
    entry.set("id", found.record.id.str());
    entry.set("place", place_of(found.path, together));
    entry.set("install", to_value(found.record.install));
    entry.set("requested", requested);
    list.push_back(std::move(entry));
  }
  Value input;
  input.set("layout", kLayoutVersion);
  if (has_steps) input.set("root", together); // commands write the profile's own path into files
  input.set("members", Value(std::move(list)));
  return sha256(canonical_json(input)).base32();
}

ProfileRecord record_of(const Members& members, const ProfileTarget& target) {
  ProfileRecord record;
  Owners owners;
  for (const auto& [found, requested] : members) {
    std::string place =
        moves_together(found.path, target) ? relative_path(found.path, target.path) : found.path;
    record.members.push_back({found.record.id, found.record.version, place, requested});
    for (ProfileVariable variable : found.record.install.environment) {
      for (std::string& value : variable.values)
        value = without_artifact(value, found.path, target);
      merge_variable(record.environment, variable, found.record.id.short_text(), owners);
    }
  }
  return record;
}

void fill_profile(const Composition& composition, const Dir& dir, const ProfileTarget& target,
                  const RunInstallStep& run) {
  carry_out(composition.plan, dir, target.path, target.together);
  run_steps(composition, target.path, run);
}

void run_steps(const Composition& composition, const std::string& target,
               const RunInstallStep& run) {
  for (InstallStep step : composition.steps) {
    step.target = target;
    run(step);
  }
}

void write_activation(const Dir& dir, const ProfileRecord& record, const std::string& path) {
  std::string text = activation_file(record, path, dir.path());
  if (dir.read_file_if_exists(kActivateFile) != text)
    dir.write_file(kActivateFile, text, {.mode = 0444});
}

void write_documents(const Dir& dir, const ProfileRecord& record, const std::string& path) {
  write_activation(dir, record, path);
  dir.write_file(kInstallFile, repeating_install_json(requested_of(record)), {.mode = 0444});
  dir.write_file(kProfileFile, record.text(), {.mode = 0444}); // last: without it, it is unfinished
}

} // namespace hdist
