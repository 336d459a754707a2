#include "ops/profile_op.h"

#include "base/text.h"
#include "ops/operation_list.h"
#include "profile/activate.h"
#include "profile/foresee.h"
#include "profile/generations.h"
#include "profile/registry.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace hdist {

namespace {

/// All generations of this root: what a move of the root left registered says the old place.
void register_generations(Session& session) {
  for (const std::string& generation : all_generations(session.paths().root))
    session.artifacts().add_root(generation);
}

} // namespace

namespace {

bool is_path(const std::string& word) {
  return word.starts_with('/') || word.starts_with("./") || word.starts_with("../");
}

bool is_profile_name(const Session& session, const std::string& word) {
  if (word.find('/') != std::string::npos) return false;
  const std::vector<RegisteredProfile> all = registered_profiles(session.profile_folders());
  return std::any_of(all.begin(), all.end(),
                     [&](const RegisteredProfile& entry) { return entry.name == word; });
}

std::vector<ArtifactId> members_of_profile(Session& session, const std::string& path) {
  std::vector<ArtifactId> ids;
  for (const ProfileMember& member : open_profile(path).record.members) {
    if (!member.requested) continue;
    if (!session.find_artifact()(member.id))
      throw Error(ErrorKind::usage, "profile.other-store",
                  fmt::format("the profile {} is made of {} in {}, which is not in your store {}: "
                              "expected a profile of artifacts of this store",
                              printable(path), member.id.str(), printable(member.path),
                              session.artifacts().path()));
    ids.push_back(member.id);
  }
  return ids;
}

/// An artifact by id, name or path; of the path or name of a profile, what it was made of. An
/// artifact's name comes first.
std::vector<ArtifactId> members_called(Session& session, const std::string& word) {
  if (std::optional<ArtifactId> id = ArtifactId::parse(word)) return {*id};
  if (is_path(word)) {
    if (std::optional<ArtifactRecord> record = session.artifact_at(word)) return {record->id};
    return members_of_profile(session, word);
  }
  try {
    return {session.one_artifact(word).id};
  } catch (const Error& error) {
    const bool is_name = error.code() == "artifact.not-found" && is_profile_name(session, word);
    if (!is_name) throw;
    return members_of_profile(session, profile_path(word, session.profile_folders()));
  }
}

ProfileRequest profile_request(Session& session, const MakeProfileRequest& request,
                               const std::vector<std::string>& artifacts) {
  ProfileRequest profile;
  profile.reason = request.reason.empty() ? "makeprofile" : request.reason;
  profile.stack = request.stack;
  profile.machine = session.machine();
  for (const std::string& artifact : artifacts)
    for (const ArtifactId& id : members_called(session, artifact))
      profile.members.push_back(id);
  if (profile.members.empty())
    throw Error(ErrorKind::usage, "usage.missing-argument", "a profile of which artifacts?");
  return profile;
}

/// Inside a job a first word that is an id is no path: the profile is what the job makes.
std::optional<std::string> jobs_artifact(const Session& session,
                                         const MakeProfileRequest& request) {
  if (!session.in_job() || !ArtifactId::parse(request.profile)) return std::nullopt;
  return session.environment().get("ARTIFACT");
}

MakeProfileResponse make_in_job(Session& session, const MakeProfileRequest& request,
                                const std::string& artifact) {
  std::vector<std::string> words = request.artifacts;
  words.insert(words.begin(), request.profile);
  ProfileRequest profile = profile_request(session, request, words);
  profile.name = base_name(parent_path(artifact));
  ProfilePlaces places;
  places.hdist_root = parent_path(parent_path(artifact));
  places.install = session.install_steps();
  return {make_profile_in(artifact, profile, session.find_artifact(), places, session.stop()), {}};
}

} // namespace

namespace {

MakeProfileResponse make_tree(Session& session, const MakeProfileRequest& request) {
  FreeTreeRequest tree;
  tree.path = profile_path(request.profile, session.profile_folders(), true);
  tree.profile = profile_request(session, request, request.artifacts);
  tree.profile.dry_run = request.dry_run;
  tree.store_roots = {session.artifacts().path(), session.artifacts().real_path()};
  tree.durable = session.config().flag("builder", "durability");
  FreeTreeReport report =
      make_free_tree(tree, session.find_artifact(), session.install_steps(), session.stop());
  ProfileResult result = report.result;
  return {std::move(result), std::move(report)};
}

} // namespace

MakeProfileResponse make_profile_of(Session& session, const MakeProfileRequest& request) {
  std::optional<std::string> artifact = jobs_artifact(session, request);
  if (artifact && request.no_artifact_symlinks)
    throw Error(ErrorKind::usage, "profile.tree-in-job",
                "a profile that a job makes links to artifacts; copies of them are made from it, "
                "outside of a job");
  if (artifact) return make_in_job(session, request, *artifact);
  if (request.no_artifact_symlinks) return make_tree(session, request);
  ProfileRequest profile = profile_request(session, request, request.artifacts);
  profile.link = profile_path(request.profile, session.profile_folders(), true);
  ProfilePlaces places;
  places.hdist_root = session.paths().root;
  places.add_root = [&](const std::string&) { register_generations(session); };
  places.remove_root = [&](const std::string& path) { session.artifacts().remove_root(path); };
  places.barrier = [&] { session.publisher().barrier(); };
  places.install = session.install_steps();
  if (request.dry_run)
    return {foresee_profile(std::move(profile), session.find_artifact(), places, request.planned,
                            session.stop()),
            {}};
  return {make_profile(profile, session.find_artifact(), places, session.stop()), {}};
}

namespace {

Value tree_value(const FreeTreeReport& report) {
  Value value;
  value.set("run_paths", report.run_paths);
  value.set("texts", report.texts);
  value.set("bound", to_value(report.bound));
  return value;
}

} // namespace

Value to_value(const MakeProfileResponse& response) {
  Value value;
  value.set("profile", response.result.link);
  value.set("generation", response.result.generation);
  value.set("path", response.result.generation_path);
  value.set("changed", response.result.changed);
  value.set("tree", response.tree ? tree_value(*response.tree) : Value());
  return value;
}

namespace {

/// For looking only: at a path where nothing can be built, what is there runs all the same.
ArtifactStore open_to_enter(Session& session, const std::string& path) {
  StoreOptions options = session.store_options();
  options.only_read = true;
  return ArtifactStore::open(path, options);
}

/// In the store of the configuration, else in the one the profile was made from.
std::optional<ArtifactRecord> find_member(Session& session,
                                          const std::optional<ArtifactStore>& store,
                                          const ProfileMember& member) {
  std::optional<ArtifactRecord> record = store ? store->find(member.id) : std::nullopt;
  std::string made_from = parent_path(parent_path(member.path));
  bool is_same = store && real_path_if_exists(made_from) == store->real_path();
  if (record || !real_path_if_exists(member.path) || is_same) return record;
  return open_to_enter(session, made_from).find(member.id);
}

/// Whoever owns the directory decides what its programs are.
void check_owner(Session& session, const OpenedProfile& profile) {
  struct stat status {};
  if (::stat(profile.generation_path.c_str(), &status) != 0)
    throw_errno("stat", profile.generation_path);
  const bool is_trusted = session.store_options().trusts(status.st_uid);
  const bool is_open = (status.st_mode & S_IWOTH) != 0;
  if (is_trusted && !is_open) return;
  Error error(ErrorKind::refused, "profile.untrusted",
              fmt::format("the profile {} is not entered: {}", printable(profile.path),
                          is_trusted ? "everybody may write to " + profile.generation_path
                                     : fmt::format("{} belongs to the user with uid {}, who is "
                                                   "not trusted",
                                                   profile.generation_path, status.st_uid)));
  if (is_trusted)
    error.advise({"take that right away: chmod o-w " + profile.generation_path, "", {}});
  else
    error.advise({fmt::format("if you trust whatever this user does there, name him in "
                              "[builder] trust, beside those who are named already: {}",
                              status.st_uid),
                  "",
                  {}});
  throw error;
}

void check_members(Session& session, const OpenedProfile& profile) {
  if (profile.record.members.empty()) return;
  // Who enters what other distributions made need not have a store.
  std::string store_path = session.config().path("builder", "store");
  std::optional<ArtifactStore> store;
  if (real_path_if_exists(store_path)) store.emplace(open_to_enter(session, store_path));
  for (const ProfileMember& member : profile.record.members) {
    std::optional<ArtifactRecord> record = find_member(session, store, member);
    if (!record && profile.record.stands_alone) continue;
    if (!record) {
      Error error(ErrorKind::failed, "profile.missing-artifact",
                  fmt::format("the profile {} needs {}, which is gone from {}, or not of a user "
                              "who is trusted",
                              profile.path, member.id.str(), store_path));
      error.advise({"make it again", "update", {}});
      throw error;
    }
    if (!record->platform) continue;
    if (std::optional<std::string> why = why_foreign(*record->platform, session.machine()))
      throw Error(ErrorKind::refused, "profile.foreign-platform",
                  fmt::format("{} of the profile {} cannot run on this machine: {}",
                              member.id.str(), profile.path, *why));
  }
}

/// PATH and its like cannot hold a colon in an entry.
void check_path(const OpenedProfile& profile) {
  if (profile.generation_path.find(':') == std::string::npos) return;
  Error error(ErrorKind::failed, "profile.bad-path",
              fmt::format("the profile {} lies at {}: a path with a colon cannot be part of PATH",
                          profile.path, profile.generation_path));
  error.advise({"move the directory to a path without a colon", "", {}});
  throw error;
}

} // namespace

namespace {

/// Registered before the members are looked for. The text is the token of what runs inside.
std::string hold_generation(Session& session, const OpenedProfile& profile) {
  if (profile.record.members.empty()) return "";
  // The store that it was made from may be another distribution's.
  std::string path = parent_path(parent_path(profile.record.members.front().path));
  if (!real_path_if_exists(path)) path = session.config().path("builder", "store");
  if (!real_path_if_exists(path)) return "";
  return open_to_enter(session, path).hold_for_process(profile.generation_path);
}

} // namespace

namespace {

/// Right in any environment, not only in this one.
std::string sh_entering(const std::vector<ProfileVariable>& variables, const std::string& path) {
  return sh_remember_before(variables, quoted_for_sh(path)) + sh_activation(variables) +
         sh_remember_after(variables);
}

} // namespace

EnterResponse enter_profile(Session& session, const EnterRequest& request) {
  constexpr const char* kTokenVariable = "HDIST_RUN_TOKEN";
  OpenedProfile profile = session.profile(request.profile);
  check_path(profile);
  check_owner(session, profile);
  std::string token = request.goes_inside ? hold_generation(session, profile) : "";
  check_members(session, profile);
  std::vector<ProfileVariable> variables =
      profile_variables(profile.record, profile.generation_path);
  const Env& before = session.environment();
  const std::string& path = profile.generation_path;
  Env environment = remembered(before, entered(before, variables), path, variables);
  std::string text = request.shell == Shell::sh ? sh_entering(variables, path)
                                                : change_text(before, environment, request.shell);
  // A job has a token already, by which all that it starts is found.
  if (!token.empty() && !environment.get(kTokenVariable)) environment.set(kTokenVariable, token);
  return {std::move(profile), std::move(variables), std::move(environment), std::move(text)};
}

Value to_value(const EnterResponse& response) {
  static constexpr const char* kKinds[] = {"path", "flags", "plain"};
  Value variables = Value::map();
  Value environment = Value::map();
  for (const ProfileVariable& variable : response.variables) {
    Value entry;
    entry.set("kind", kKinds[static_cast<int>(variable.kind)]);
    entry.set("values", to_value(variable.values));
    variables.set(variable.name, std::move(entry));
    environment.set(variable.name, response.environment.get_or(variable.name, ""));
  }
  Value value;
  value.set("profile", response.profile.path);
  value.set("generation", response.profile.record.generation);
  value.set("path", response.profile.generation_path);
  value.set("variables", std::move(variables));
  value.set("environment", std::move(environment));
  return value;
}

LeaveResponse leave_profile(Session& session) {
  std::optional<Undone> undone = leave_last(session.environment());
  if (!undone)
    throw Error(ErrorKind::usage, "env.not-entered", "no profile was entered in this environment");
  return {std::move(*undone), session.environment()};
}

Value to_value(const LeaveResponse& response) {
  Value changes = Value::map();
  const Env& after = response.undone.environment;
  for (const auto& [name, value] : after.values())
    if (response.before.get(name) != value) changes.set(name, value);
  for (const auto& [name, value] : response.before.values())
    if (!after.contains(name)) changes.set(name, Value());
  Value value;
  value.set("profile", response.undone.profile);
  value.set("environment", std::move(changes));
  value.set("notes", to_value(response.undone.notes));
  return value;
}

MakeProfileRequest read_makeprofile_request(const Document& request) {
  Fields fields(request, request.root, "");
  MakeProfileRequest result;
  result.profile = fields.text("profile");
  result.artifacts = fields.texts("artifacts");
  result.reason = fields.text_or("reason", "");
  result.stack = fields.text_or("stack", "");
  result.dry_run = fields.flag_or("dry_run", false);
  result.no_artifact_symlinks = fields.flag_or("no_artifact_symlinks", false);
  fields.finish();
  return result;
}

EnterRequest read_enter_request(const Document& request) {
  Fields fields(request, request.root, "");
  EnterRequest result{fields.text("profile")};
  fields.finish();
  return result;
}

Operation makeprofile_operation() {
  return {"makeprofile", "make a profile of artifacts and of what they need to run",
          [](Session& session, const Document& request) {
            return to_value(make_profile_of(session, read_makeprofile_request(request)));
          }};
}

Operation env_operation() {
  return {"env", "the variables that a profile sets",
          [](Session& session, const Document& request) {
            return to_value(enter_profile(session, read_enter_request(request)));
          }};
}

Operation env_undo_operation() {
  return {"env-undo", "the change that leaves the profile that was entered last",
          [](Session& session, const Document& request) {
            Fields(request, request.root, "").finish();
            return to_value(leave_profile(session));
          }};
}

} // namespace hdist
