#include "ops/postprocess_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

namespace hdist {

namespace {

std::string job_variable(const Env& environment, const std::string& name) {
  std::optional<std::string> value = environment.get(name);
  if (!value)
    throw Error(ErrorKind::usage, "job.outside",
                "this command works inside a build job only: " + name + " is not set");
  return *value;
}

std::vector<JobImport> job_imports(const Env& environment) {
  std::vector<std::string> ids = split_words(job_variable(environment, "HDIST_IMPORT"));
  std::vector<std::string> paths = split(job_variable(environment, "HDIST_IMPORT_PATHS"), ':');
  if (ids.size() != paths.size())
    throw Error(ErrorKind::usage, "job.outside",
                "HDIST_IMPORT and HDIST_IMPORT_PATHS do not name the same artifacts");
  std::vector<JobImport> imports;
  for (std::size_t i = 0; i < ids.size(); ++i)
    imports.push_back({ids[i], paths[i], std::nullopt});
  return imports;
}

} // namespace

PostprocessReport postprocess_artifact(Session& session, const PostprocessOpRequest& request) {
  const Env& environment = session.environment();
  PostprocessRequest work;
  work.artifact =
      request.path.empty() ? job_variable(environment, "ARTIFACT") : absolute_path(request.path);
  work.imports = job_imports(environment);
  std::string store = session.config().path("builder", "store");
  work.store_roots = {store};
  if (std::optional<std::string> real = real_path_if_exists(store); real && *real != store)
    work.store_roots.push_back(*real);
  work.relative_rpath = request.relative_rpath;
  work.relative_symlinks = request.relative_symlinks;
  work.remove_libtool = request.remove_libtool;
  return postprocess(work, session.events());
}

Value to_value(const PostprocessReport& report) {
  Value value;
  value.set("run_paths", report.run_paths);
  value.set("by_patchelf", report.by_patchelf);
  value.set("links", report.links);
  value.set("removed", report.removed);
  return value;
}

PostprocessOpRequest read_postprocess_request(const Document& request) {
  Fields fields(request, request.root, "");
  PostprocessOpRequest result;
  result.path = fields.text_or("path", "");
  result.relative_rpath = fields.flag_or("relative_rpath", false);
  result.relative_symlinks = fields.flag_or("relative_symlinks", false);
  result.remove_libtool = fields.flag_or("remove_libtool", false);
  fields.finish();
  return result;
}

Operation postprocess_operation() {
  return {"build-postprocess", "make an artifact relocatable at the end of its build",
          [](Session& session, const Document& request) {
            return to_value(postprocess_artifact(session, read_postprocess_request(request)));
          }};
}

} // namespace hdist
