#include "ops/registry_op.h"

#include "base/path.h"
#include "base/text.h"
#include "ops/operation_list.h"
#include "profile/generations.h"

#include <fmt/format.h>

namespace hdist {

ProfileListResponse list_profiles(Session& session) {
  return {registered_profiles(session.profile_folders())};
}

namespace {

/// The store of its members, which may be another distribution's; "" when it has none, or needs
/// none.
std::string store_of(const std::string& directory, const ProfileRecord& record) {
  if (record.members.empty() || record.stands_alone) return "";
  std::string member = normal_path(join_path(directory, record.members.front().path));
  return real_path_if_exists(parent_path(parent_path(member))).value_or("");
}

/// A profile's switched link needs no root, since its generation is one. An artifact, and a
/// generation by itself, which is old some day, last only through what leads to them.
bool needs_root(const ProfileLink& link, const OpenedProfile& profile, const std::string& store) {
  const std::string& end = profile.generation_path;
  if (is_generation(end))
    return !follows_switches(profile.path) && !is_switched_link(link.path, end);
  return end.starts_with(store + "/");
}

ArtifactStore open_store(Session& session, const std::string& path) {
  StoreOptions options = session.store_options();
  options.only_read = true; // also one at a path where nothing could be built
  return ArtifactStore::open(path, options);
}

bool is_own(const Session& session, const std::string& store) {
  return real_path_if_exists(session.config().path("builder", "store")) == store;
}

/// Another distribution's store may be closed: then its collections decide alone.
void register_link(Session& session, const std::string& link, const std::string& store) {
  try {
    open_store(session, store).add_root(link);
  } catch (const Error& error) {
    if (is_own(session, store)) throw;
    session.events().warning(fmt::format("what {} leads to is as safe as the collections of {} "
                                         "leave it: {}",
                                         printable(link), printable(store), error.message()));
  }
}

void forget_link(Session& session, const std::string& link, const std::string& store) {
  try {
    open_store(session, store).remove_root(link);
  } catch (const Error&) { // the next collection there sees that it leads nowhere
    if (is_own(session, store)) throw;
  }
}

} // namespace

ProfileLinkResponse link_profile(Session& session, const ProfileLinkRequest& request) {
  std::vector<std::string> folders = session.profile_folders();
  OpenedProfile opened = session.profile(request.profile);
  ProfileLink link = plan_profile_link(request.name, opened.path, folders, session.paths().root);
  std::string store = store_of(opened.generation_path, opened.record);
  if (!store.empty() && needs_root(link, opened, store)) register_link(session, link.path, store);
  bool changed = make_profile_link(link);
  return {registered_profile(request.name, folders), changed};
}

ProfileUnlinkResponse unlink_profile(Session& session, const ProfileUnlinkRequest& request) {
  RegisteredProfile profile =
      remove_profile_link(request.name, session.profile_folders(), request.dry_run);
  bool is_own_link = is_switched_link(profile.path, profile.leads_to);
  std::string store = store_of(profile.leads_to, profile.record);
  if (!request.dry_run && !store.empty()) forget_link(session, profile.path, store);
  return {std::move(profile), is_own_link};
}

ProfileInfoResponse profile_info(Session& session, const ProfileInfoRequest& request) {
  ProfileInfoResponse response{session.profile(request.profile), {}};
  for (const RegisteredProfile& entry : registered_profiles(session.profile_folders()))
    if (!entry.hidden && entry.leads_to == response.profile.generation_path)
      response.names.push_back(entry.name);
  return response;
}

namespace {

const char* state_text(RegisteredProfile::State state) {
  switch (state) {
  case RegisteredProfile::State::profile:
    return "profile";
  case RegisteredProfile::State::gone:
    return "gone";
  case RegisteredProfile::State::other:
    return "other";
  case RegisteredProfile::State::unreadable:
    return "unreadable";
  }
  return "";
}

Value made_value(const ProfileRecord& record) {
  Value made;
  made.set("time", record.made_at_s);
  made.set("author", text_or_null(record.author));
  made.set("reason", text_or_null(record.reason));
  made.set("stack", text_or_null(record.stack));
  return made;
}

Value entry_value(const RegisteredProfile& entry) {
  bool is_profile = entry.state == RegisteredProfile::State::profile;
  Value value;
  value.set("name", entry.name);
  value.set("folder", entry.folder);
  value.set("path", entry.path);
  value.set("target", text_or_null(entry.target));
  value.set("state", state_text(entry.state));
  value.set("problem", text_or_null(entry.problem));
  value.set("leads_to", text_or_null(entry.leads_to));
  value.set("hidden", entry.hidden);
  value.set("generation", is_profile ? Value(entry.record.generation) : Value());
  value.set("made", is_profile ? made_value(entry.record) : Value());
  return value;
}

} // namespace

Value to_value(const ProfileListResponse& response) {
  Value::List list;
  for (const RegisteredProfile& entry : response.profiles)
    list.push_back(entry_value(entry));
  Value value;
  value.set("profiles", Value(std::move(list)));
  return value;
}

Value to_value(const ProfileLinkResponse& response) {
  Value value;
  value.set("profile", entry_value(response.profile));
  value.set("changed", response.changed);
  return value;
}

Value to_value(const ProfileUnlinkResponse& response) {
  Value value;
  value.set("profile", entry_value(response.profile));
  value.set("own_link", response.is_own_link);
  return value;
}

Value to_value(const ProfileInfoResponse& response) {
  const OpenedProfile& profile = response.profile;
  Value::List members;
  for (const ProfileMember& member : profile.record.members) {
    Value entry;
    entry.set("id", member.id.str());
    entry.set("version", text_or_null(member.version));
    entry.set("path", member.path);
    entry.set("requested", member.requested);
    members.push_back(std::move(entry));
  }
  Value value;
  value.set("profile", profile.path);
  value.set("name", profile.record.name);
  value.set("names", to_value(response.names));
  value.set("generation", profile.record.generation);
  value.set("path", profile.generation_path);
  value.set("made", made_value(profile.record));
  value.set("members", Value(std::move(members)));
  return value;
}

ProfileLinkRequest read_profile_link_request(const Document& request) {
  Fields fields(request, request.root, "");
  ProfileLinkRequest result{fields.text("name"), fields.text("profile")};
  fields.finish();
  return result;
}

ProfileUnlinkRequest read_profile_unlink_request(const Document& request) {
  Fields fields(request, request.root, "");
  ProfileUnlinkRequest result{fields.text("name"), fields.flag_or("dry_run", false)};
  fields.finish();
  return result;
}

ProfileInfoRequest read_profile_info_request(const Document& request) {
  Fields fields(request, request.root, "");
  ProfileInfoRequest result{fields.text("profile")};
  fields.finish();
  return result;
}

Operation profile_list_operation() {
  return {"profile-list", "the profiles of the registry",
          [](Session& session, const Document& request) {
            Fields(request, request.root, "").finish();
            return to_value(list_profiles(session));
          }};
}

Operation profile_link_operation() {
  return {"profile-link", "register a profile under a name",
          [](Session& session, const Document& request) {
            return to_value(link_profile(session, read_profile_link_request(request)));
          }};
}

Operation profile_unlink_operation() {
  return {"profile-unlink", "take a name out of the registry",
          [](Session& session, const Document& request) {
            return to_value(unlink_profile(session, read_profile_unlink_request(request)));
          }};
}

Operation profile_info_operation() {
  return {"profile-info", "what a profile is made of",
          [](Session& session, const Document& request) {
            return to_value(profile_info(session, read_profile_info_request(request)));
          }};
}

} // namespace hdist
