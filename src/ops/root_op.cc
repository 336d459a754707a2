#include "ops/root_op.h"

#include "base/path.h"
#include "base/text.h"
#include "ops/operation_list.h"
#include "profile/registry.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr const char* kNamedRoots = "roots"; // in the hdist root: links to artifacts

bool is_path_word(const std::string& word) {
  return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") ||
         word.starts_with("~/");
}

bool is_there(const std::string& path) {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  return parent && !base_name(path).empty() && base_name(path) != "/" &&
         parent->exists(base_name(path));
}

std::string path_of_word(const Session& session, const std::string& word) {
  return absolute_path(word.starts_with("~/") ? session.config().home() + word.substr(1) : word);
}

std::string named_root(const Session& session, const ArtifactId& id) {
  return join_path(join_path(session.paths().root, kNamedRoots), id.name() + "-" + id.hash12());
}

std::optional<std::string> profile_called(const Session& session, const std::string& word) {
  if (word.find('/') != std::string::npos) return std::nullopt;
  for (const std::string& folder : session.profile_folders())
    if (std::string path = join_path(folder, word); is_there(path)) return path;
  return std::nullopt;
}

std::string link_to_artifact(Session& session, const std::string& word) {
  ArtifactRecord record = session.one_artifact(word);
  std::string path = named_root(session, record.id);
  Dir folder = Dir::create(parent_path(path));
  session.artifacts().add_root(path); // first: nothing that the link leads to may go meanwhile
  folder.replace_symlink(session.artifacts().path_of(record), base_name(path));
  return path;
}

/// What is, or would be, registered for a word. "" when it is an artifact's.
std::string root_path(const Session& session, const std::string& word) {
  bool has_slash = word.find('/') != std::string::npos;
  if (is_path_word(word) || (has_slash && is_there(absolute_path(word))))
    return path_of_word(session, word);
  return profile_called(session, word).value_or("");
}

Error not_found(const std::string& word, const std::string& what) {
  return {ErrorKind::usage, "root.not-found", fmt::format("'{}' {}", printable(word), what)};
}

/// A folder may get links later, a link may lead elsewhere later; a file never protects anything.
void check_can_lead(Session& session, const std::string& word, const std::string& path) {
  struct stat info {};
  const bool is_link = ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
  const bool is_file = ::stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
  if (!is_file) return;
  const bool is_of_artifact =
      is_link && !session.artifacts().follow(path).ids.empty(); // a program of one
  if (!is_of_artifact)
    throw not_found(word, "is a file, which protects nothing: expected a link into the store, a "
                          "profile, a folder of such links or an artifact");
}

RootResponse entries_of(Session& session, const std::vector<std::string>& paths) {
  RootResponse response;
  for (FollowedRoot& root : session.artifacts().follow_roots()) {
    bool is_ours = root.uid == ::geteuid() && !root.process && !root.path.empty();
    bool wanted = paths.empty() ||
                  (is_ours && std::find(paths.begin(), paths.end(), root.path) != paths.end());
    if (wanted) response.roots.push_back({std::move(root), is_ours});
  }
  return response;
}

} // namespace

RootResponse add_roots(Session& session, const RootAddRequest& request) {
  std::vector<std::string> paths;
  for (const std::string& word : request.words) {
    std::string path = root_path(session, word);
    if (path.empty()) {
      path = link_to_artifact(session, word);
    } else {
      if (!is_there(path))
        throw not_found(word, "does not exist, so it would protect nothing: expected a path, a "
                              "profile or an artifact");
      check_can_lead(session, word, path);
      session.artifacts().add_root(path);
    }
    paths.push_back(std::move(path));
  }
  return entries_of(session, paths);
}

RootResponse remove_roots(Session& session, const RootAddRequest& request) {
  RootResponse mine;
  for (RootEntry& entry : entries_of(session, {}).roots)
    if (entry.is_ours) mine.roots.push_back(std::move(entry));
  RootResponse removed;
  for (const std::string& word : request.words) {
    std::string path = root_path(session, word);
    if (path.empty()) path = named_root(session, session.one_artifact(word).id);
    auto found = std::find_if(mine.roots.begin(), mine.roots.end(),
                              [&](const RootEntry& entry) { return entry.root.path == path; });
    if (found == mine.roots.end())
      throw not_found(word, fmt::format("is no root of yours: {} is not registered", path));
    session.artifacts().remove_root(path);
    bool is_named = parent_path(path) == join_path(session.paths().root, kNamedRoots);
    if (is_named) Dir::open(parent_path(path)).remove_file(base_name(path));
    removed.roots.push_back(*found);
  }
  return removed;
}

RootResponse list_roots(Session& session) {
  return entries_of(session, {});
}

RootAddRequest read_root_request(const Document& request) {
  Fields fields(request, request.root, "");
  RootAddRequest result{fields.texts("roots")};
  fields.finish();
  if (result.words.empty()) throw fields.error("roots", "expected at least one path or name");
  return result;
}

namespace {

const char* state_text(FollowedRoot::State state) {
  switch (state) {
  case FollowedRoot::State::found:
    return "found";
  case FollowedRoot::State::gone:
    return "gone";
  case FollowedRoot::State::unreadable:
    return "unreadable";
  }
  return "";
}

} // namespace

Value to_value(const RootResponse& response) {
  Value::List list;
  for (const RootEntry& entry : response.roots) {
    const FollowedRoot& root = entry.root;
    std::vector<std::string> ids;
    for (const ArtifactId& id : root.ids)
      ids.push_back(id.str());
    Value value;
    value.set("path", text_or_null(root.path));
    value.set("uid", int64_t{root.uid});
    value.set("process", root.process ? Value(*root.process) : Value());
    value.set("state", state_text(root.state));
    value.set("problem", text_or_null(root.problem));
    value.set("leads_to", text_or_null(root.end));
    value.set("artifacts", to_value(ids));
    list.push_back(std::move(value));
  }
  Value value;
  value.set("roots", Value(std::move(list)));
  return value;
}

Operation root_list_operation() {
  return {"root-list", "what protects artifacts", [](Session& session, const Document& request) {
            Fields(request, request.root, "").finish();
            return to_value(list_roots(session));
          }};
}

Operation root_add_operation() {
  return {"root-add", "protect artifacts", [](Session& session, const Document& request) {
            return to_value(add_roots(session, read_root_request(request)));
          }};
}

Operation root_remove_operation() {
  return {"root-rm", "protect artifacts no longer", [](Session& session, const Document& request) {
            return to_value(remove_roots(session, read_root_request(request)));
          }};
}

} // namespace hdist
