#include "ops/registry_op.h"

#include "ops/operation_list.h"

namespace hdist {

ProfileListResponse list_profiles(Session& session) {
  return {registered_profiles(session.profile_folders())};
}

namespace {

/// A generation is a root by itself, an artifact only through what leads to it.
bool is_artifact_here(Session& session, const std::string& path) {
  std::string store = session.config().path("builder", "store");
  std::optional<std::string> real = real_path_if_exists(store);
  return real && path.starts_with(*real + "/");
}

} // namespace

ProfileLinkResponse link_profile(Session& session, const ProfileLinkRequest& request) {
  std::vector<std::string> folders = session.profile_folders();
  OpenedProfile opened = session.profile(request.profile);
  ProfileLink link = plan_profile_link(request.name, opened.path, folders, session.paths().root);
  if (is_artifact_here(session, opened.generation_path)) session.artifacts().add_root(link.path);
  bool changed = make_profile_link(link);
  return {registered_profile(request.name, folders), changed};
}

ProfileUnlinkResponse unlink_profile(Session& session, const ProfileUnlinkRequest& request) {
  RegisteredProfile profile =
      remove_profile_link(request.name, session.profile_folders(), request.dry_run);
  if (!request.dry_run && is_artifact_here(session, profile.leads_to))
    session.artifacts().remove_root(profile.path);
  return {std::move(profile)};
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
