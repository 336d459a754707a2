#include "source/git_tree.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <map>

namespace hdist {

namespace {

using Kind = GitTreeEntry::Kind;

constexpr std::size_t kMostEntries = 5'000'000;
constexpr std::size_t kLongestPath = 4095;

Error too_large(const std::string& commit, const std::string& why) {
  return {ErrorKind::refused, "source.too-large",
          fmt::format("git:{} is larger than the limit: it has {}", commit, why)};
}

std::vector<std::string> objects_of(const std::vector<GitPath>& paths) {
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const GitPath& path : paths)
    names.push_back(path.object);
  return names;
}

} // namespace

std::vector<GitPath> list_git_tree(const GitProgram& program, const std::string& repository,
                                   const std::string& commit, const std::stop_token& stop) {
  std::string bytes = load_git_objects(program, repository, {commit}, "commit", stop).front();
  std::vector<GitPath> level = {{"", Kind::directory, parse_git_commit(bytes, commit)}};
  std::vector<GitPath> all;
  while (!level.empty()) { // one call of git for each depth
    std::vector<std::string> trees =
        load_git_objects(program, repository, objects_of(level), "tree", stop);
    std::vector<GitPath> next;
    for (std::size_t i = 0; i < level.size(); ++i)
      for (GitTreeEntry& entry : parse_git_tree(trees[i], "git:" + commit)) {
        std::string path = level[i].path.empty() ? entry.name : level[i].path + "/" + entry.name;
        if (path.size() > kLongestPath) throw too_large(commit, "a path that is too long");
        all.push_back({std::move(path), entry.kind, std::move(entry.object)});
        if (all.size() > kMostEntries) throw too_large(commit, "more than 5000000 entries");
        if (entry.kind == Kind::directory) next.push_back(all.back());
      }
    level = std::move(next);
  }
  return all;
}

std::vector<GitSubmodule> parse_git_submodules(std::string_view listing) {
  std::map<std::string, GitSubmodule> found; // by the submodule's name
  for (const std::string& item : split(listing, '\0')) {
    std::size_t line_end = item.find('\n');
    constexpr std::string_view kPrefix = "submodule.";
    if (line_end == std::string::npos || !item.starts_with(kPrefix)) continue;
    std::string key = item.substr(kPrefix.size(), line_end - kPrefix.size());
    std::size_t dot = key.rfind('.');
    if (dot == std::string::npos) continue;
    GitSubmodule& submodule = found[key.substr(0, dot)];
    std::string variable = to_lower(key.substr(dot + 1));
    if (variable == "path") submodule.path = item.substr(line_end + 1);
    if (variable == "url") submodule.url = item.substr(line_end + 1);
  }
  std::vector<GitSubmodule> list;
  for (auto& [name, submodule] : found)
    if (!submodule.path.empty() && !submodule.url.empty()) list.push_back(std::move(submodule));
  return list;
}

std::vector<GitSubmodule> git_submodules(const GitProgram& program, const std::string& repository,
                                         const std::string& commit, const std::stop_token& stop) {
  GitAnswer answer = program.isolated(
      {.words = {"config", "--no-includes", "--blob", commit + ":.gitmodules", "--null", "--list"},
       .directory = repository,
       .input = {},
       .timeout_s = 0,
       .output = {}},
      stop);
  if (answer.is_cut_short)
    throw Error(ErrorKind::failed, "git.failed",
                fmt::format("the submodules of git:{} in {} could not be read: {}", commit,
                            repository, answer.complaint));
  if (!answer.ok) return {}; // there is none, or it cannot be understood
  return parse_git_submodules(answer.output);
}

} // namespace hdist
