#include "ops/debug_op.h"

#include "base/error.h"
#include "base/named_file.h"
#include "base/path.h"
#include "base/text.h"
#include "build/find_log.h"
#include "data/json.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr int64_t kSpecLimit = 64 << 20;

std::string text_of(const KeptBuild& build) {
  return build.name + "/" + build.hash12;
}

Error none_kept(Session& session, const std::optional<std::string>& word,
                const std::vector<KeptBuild>& kept) {
  const std::string place = session.temp_dir();
  if (!word || kept.empty()) {
    Error error(ErrorKind::usage, "debug.none",
                fmt::format("no build that failed is kept in {}", place));
    error.advise({"A failed build keeps its directory unless [builder] keep-failed is 0, and "
                  "newer failures push it out.",
                  "",
                  {}});
    return error;
  }
  std::vector<std::string> names;
  names.reserve(kept.size());
  for (const KeptBuild& build : kept)
    names.push_back(text_of(build));
  return {ErrorKind::usage, "debug.no-build",
          fmt::format("no build of {} is kept in {}; there are {}", *word, place,
                      join_first(20, names, ", "))};
}

/// The spec of `build`, by a file, a kept build, or an artifact.
BuildSpec spec_meant(Session& session, const std::string& build) {
  struct stat status {};
  const bool is_file = ::stat(build.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
  if (is_file)
    if (std::optional<std::string> text = read_named_file(build, kSpecLimit))
      return BuildSpec::read(read_json(build, std::move(*text)));
  for (const KeptBuild& kept : kept_builds(session.temp_dir()))
    if (is_called(kept.name, kept.hash12, build))
      return read_spec(Dir::open(join_path(session.temp_dir(), kept.directory)));
  const ArtifactRecord record = session.one_artifact(build);
  return read_spec(Dir::open(join_path(session.artifacts().path_of(record), "_hashdist")));
}

} // namespace

KeptBuild find_kept_build(Session& session, const std::optional<std::string>& word) {
  const std::vector<KeptBuild> kept = kept_builds(session.temp_dir());
  for (const KeptBuild& build : kept)
    if (!word || is_called(build.name, build.hash12, *word)) return build;
  throw none_kept(session, word, kept);
}

std::unique_ptr<OpenedBuild> open_build(Session& session, const std::optional<std::string>& word) {
  const KeptBuild kept = find_kept_build(session, word);
  return std::make_unique<OpenedBuild>(session.builder().parts(), kept);
}

BuildResponse resume_build(Session& session, const std::optional<std::string>& word) {
  Builder& builder = session.builder();
  return {open_build(session, word)
              ->resume([&](const ArtifactId& id) { return builder.find(id); }, session.stop())};
}

PatchResponse patch_of_build(Session& session, const PatchOpRequest& request) {
  const KeptBuild kept = find_kept_build(session, request.word);
  PatchRequest patch{.build = kept,
                     .program_path = session.environment().get_or("PATH", "/usr/bin:/bin"),
                     .add = {}};
  for (const std::string& path : request.add) {
    const std::string work = join_path(session.temp_dir(), kept.directory + "/work");
    const std::string absolute = absolute_path(path);
    patch.add.push_back(absolute.starts_with(work + "/") ? absolute.substr(work.size() + 1) : path);
  }
  return {text_of(kept), source_patch(patch, session.builder().parts(), session.stop())};
}

UnpackBuildResponse unpack_build(Session& session, const UnpackBuildRequest& request) {
  const BuildSpec spec = spec_meant(session, request.build);
  const std::string target = absolute_path(request.target), name = base_name(target);
  const Dir parent = Dir::create(parent_path(target));
  const std::optional<Dir> there = parent.open_dir_if_exists(name);
  if (parent.exists(name) && (!there || !there->list().empty())) {
    Error error(ErrorKind::usage, "unpack.target-exists",
                fmt::format("{} is there already and is no empty directory", target));
    error.advise({"Give another directory.", "", {}});
    throw error;
  }
  Staging staging(parent);
  unpack_sources(spec, session.sources(), staging.dir(), session.stop());
  staging.dir().set_mode(".", 0755);
  if (there) parent.remove_tree(name);
  if (!std::move(staging).publish(name))
    throw Error(ErrorKind::failed, "unpack.target-exists",
                fmt::format("{} was made by another process meanwhile", target));
  return {spec.id(), target};
}

Value to_value(const PatchResponse& response) {
  Value value;
  value.set("build", response.build);
  value.set("patch", response.patch.text);
  value.set("files", to_value(response.patch.files));
  value.set("new_files", to_value(response.patch.new_files));
  value.set("other_files", to_value(response.patch.others));
  return value;
}

Value to_value(const UnpackBuildResponse& response) {
  Value value;
  value.set("id", response.id.str());
  value.set("path", response.path);
  return value;
}

namespace {

std::optional<std::string> read_word(const Document& request) {
  Fields fields(request, request.root, "");
  std::optional<std::string> word = fields.text_if("build");
  fields.finish();
  return word;
}

} // namespace

Operation build_resume_operation() {
  return {"build-resume", "go on with a failed build at the command that failed",
          [](Session& session, const Document& request) {
            BuildResponse response = resume_build(session, read_word(request));
            throw_if_stopped(session);
            return to_value(response);
          }};
}

Operation debug_diff_operation() {
  return {"debug-diff", "what was changed in the tree of a failed build, as a patch",
          [](Session& session, const Document& request) {
            Fields fields(request, request.root, "");
            const PatchOpRequest given{fields.text_if("build"), fields.texts("add")};
            fields.finish();
            return to_value(patch_of_build(session, given));
          }};
}

Operation unpack_build_operation() {
  return {"unpack-build", "unpack the sources of a build as its job finds them",
          [](Session& session, const Document& request) {
            Fields fields(request, request.root, "");
            const UnpackBuildRequest given{fields.text("build"), fields.text("target")};
            fields.finish();
            return to_value(unpack_build(session, given));
          }};
}

} // namespace hdist
