#include "ops/install_op.h"

#include "data/json.h"
#include "model/install_json.h"
#include "ops/operation_list.h"
#include "profile/install_artifact.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::string given(const Session& session, const std::string& word, const char* variable) {
  std::string text = word.empty() ? session.environment().get_or(variable, "") : word;
  if (text.empty())
    throw Error(ErrorKind::usage, "usage.missing-argument",
                fmt::format("neither an argument nor the variable {} says {}", variable,
                            variable == std::string("ARTIFACT") ? "which artifact to install"
                                                                : "where to install"));
  return text;
}

/// A directory that is no artifact (yet), with the wishes that lie in it.
LinkMember directory_member(const std::string& path) {
  LinkMember member{ArtifactId::make("directory", sha256(path)), absolute_path(path), {}};
  std::optional<std::string> text = Dir::open(path).read_file_if_exists(kInstallFile);
  if (text)
    member.install = read_install_json(read_json(join_path(path, kInstallFile), std::move(*text)));
  return member;
}

LinkMember member_called(Session& session, const std::string& word) {
  bool is_directory = word.find('/') != std::string::npos && Dir::open_if_exists(word).has_value();
  std::optional<ArtifactRecord> record =
      is_directory ? session.artifact_at(word) : session.one_artifact(word);
  if (!record) return directory_member(word);
  return {record->id, session.artifacts().path_of(*record), record->install};
}

} // namespace

InstallArtifactResponse install_artifact_of(Session& session,
                                            const InstallArtifactRequest& request) {
  LinkMember member = member_called(session, given(session, request.artifact, "ARTIFACT"));
  InstallArtifactResponse response;
  response.artifact = member.path;
  response.target = absolute_path(given(session, request.target, "profiletarget"));
  response.entries =
      install_artifact(member, response.target, session.paths().root, session.stop());
  return response;
}

InstallArtifactRequest read_install_artifact_request(const Document& request) {
  Fields fields(request, request.root, "");
  InstallArtifactRequest result{fields.text_or("artifact", ""), fields.text_or("target", "")};
  fields.finish();
  return result;
}

Value to_value(const InstallArtifactResponse& response) {
  Value value;
  value.set("artifact", response.artifact);
  value.set("target", response.target);
  value.set("entries", response.entries);
  return value;
}

Operation install_artifact_operation() {
  return {"install-artifact", "one artifact into a directory, by its rules",
          [](Session& session, const Document& request) {
            return to_value(install_artifact_of(session, read_install_artifact_request(request)));
          }};
}

} // namespace hdist
