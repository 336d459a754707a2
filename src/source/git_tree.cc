#include "source/git_tree.h"

#include "base/error.h"
#include "base/text.h"
#include "source/dir_stream.h"
#include "source/item_removal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace hdist {

namespace {

using Kind = GitTreeEntry::Kind;

constexpr std::size_t kMostEntries = 5'000'000;
constexpr std::size_t kLongestPath = 4095;
constexpr int64_t kMostBytes = int64_t{64} << 30;
constexpr int kDeepestSubmodule = 10;

Error too_large(const std::string& commit, const std::string& why) {
  return {ErrorKind::refused, "source.too-large",
          fmt::format("git:{} is larger than the limit: it has {}", commit, why)};
}

/// Nothing is written; the content is only compared with its names.
class Check final : public GitObjectSink {
public:
  void begin(std::size_t, const std::string&, int64_t) override {}
  void piece(std::string_view) override {}
  void end() override {}
};

/// Contents of files and targets of links on their way to their places.
class FileWriter final : public GitObjectSink {
public:
  FileWriter(const Dir& target, const std::string& commit, const std::vector<GitPath>& files)
      : target_(target), commit_(commit), files_(files), here_(target.duplicate()) {}

  void begin(std::size_t index, const std::string& type, int64_t size_bytes) override {
    file_ = &files_.at(index);
    if (type != "blob")
      throw Error(ErrorKind::failed, "source.corrupt",
                  fmt::format("{} of git:{} is a {}, expected a blob", printable(file_->path),
                              commit_, type));
    total_ += size_bytes;
    if (total_ > kMostBytes) throw too_large(commit_, "more than 64 GiB of content");
    std::string directory = parent_path(file_->path);
    if (directory != directory_) {
      here_ = directory == "." ? target_.duplicate() : target_.open_dir(directory);
      directory_ = directory;
    }
    link_.clear();
    if (file_->kind == Kind::symlink) {
      if (size_bytes == 0 || size_bytes > static_cast<int64_t>(kLongestPath))
        throw too_large(commit_, "a symlink whose target is empty or too long");
      return;
    }
    mode_t mode = file_->kind == Kind::executable ? 0755 : 0644;
    name_ = join_path(target_.path(), file_->path);
    out_ = here_.open_file(base_name(file_->path), O_WRONLY | O_CREAT | O_EXCL, mode);
  }
  void piece(std::string_view bytes) override {
    if (file_->kind == Kind::symlink)
      link_ += bytes;
    else
      write_all(out_.get(), bytes, name_);
  }
  void end() override {
    if (file_->kind == Kind::symlink) {
      if (link_.find('\0') != std::string::npos)
        throw Error(ErrorKind::refused, "source.unsafe-path",
                    fmt::format("the symlink {} of git:{} has a NUL byte", printable(file_->path),
                                commit_));
      here_.make_symlink(link_, base_name(file_->path));
      return;
    }
    set_fixed_times(out_.get(), name_);
    if (::close(out_.release()) != 0) throw_errno("close", name_);
  }

private:
  const Dir& target_;
  const std::string& commit_;
  const std::vector<GitPath>& files_;
  Dir here_;
  std::string directory_ = ".";
  const GitPath* file_ = nullptr;
  Fd out_;
  std::string name_; // of out_, for messages
  std::string link_;
  int64_t total_ = 0;
};

std::vector<std::string> objects_of(const std::vector<GitPath>& paths) {
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const GitPath& path : paths)
    names.push_back(path.object);
  return names;
}

std::vector<GitPath> only(const std::vector<GitPath>& paths, bool (*is_wanted)(Kind)) {
  std::vector<GitPath> found;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(found),
               [&](const GitPath& path) { return is_wanted(path.kind); });
  return found;
}

bool is_content(Kind kind) {
  return kind == Kind::file || kind == Kind::executable || kind == Kind::symlink;
}

/// The commits of submodules that must be in the store, with the path of each.
std::vector<GitPath> wanted_submodules(const GitStore& store, const std::string& repository,
                                       const std::string& commit, const std::vector<GitPath>& all,
                                       const std::stop_token& stop) {
  std::vector<GitPath> links = only(all, [](Kind kind) { return kind == Kind::submodule; });
  if (links.empty()) return links;
  std::vector<GitSubmodule> named = git_submodules(store.program(), repository, commit, stop);
  std::erase_if(links, [&](const GitPath& link) {
    return std::none_of(named.begin(), named.end(),
                        [&](const GitSubmodule& one) { return one.path == link.path; });
  });
  return links;
}

std::string need_holder(const GitStore& store, const std::string& commit, const std::string& what) {
  std::optional<std::string> repository = store.holder(commit);
  if (!repository && await_verdict(store, *SourceKey::parse("git:" + commit)))
    repository = store.holder(commit);
  if (repository) return *std::move(repository);
  throw Error(ErrorKind::failed, "source.not-found",
              fmt::format("git:{}{} is not in the source store", commit, what));
}

/// The commit itself, or a submodule below it.
struct Part {
  std::string commit;
  std::string path; // below the top; "": the commit itself
  int depth = 0;
};

/// Calls `visit` for the part and for each submodule below it.
template <typename Visit>
void for_each_part(const GitStore& store, const Part& part, const Visit& visit,
                   const std::stop_token& stop) {
  const auto& [commit, path, depth] = part;
  if (depth > kDeepestSubmodule) throw too_large(commit, "submodules nested too deeply");
  std::string what = path.empty() ? "" : fmt::format(" (the submodule {})", printable(path));
  std::string repository = need_holder(store, commit, what);
  std::vector<GitPath> all = list_git_tree(store.program(), repository, commit, stop);
  visit(repository, commit, path, all);
  for (const GitPath& link : wanted_submodules(store, repository, commit, all, stop))
    for_each_part(store,
                  {link.object, path.empty() ? link.path : join_path(path, link.path), depth + 1},
                  visit, stop);
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
  if (!answer.ok) return {}; // there is none, or it cannot be understood
  return parse_git_submodules(answer.output);
}

void unpack_git_commit(const GitStore& store, const std::string& commit, const Dir& target,
                       const std::stop_token& stop) {
  std::vector<std::string> directories = {"."};
  for_each_part(
      store, {.commit = commit, .path = ""},
      [&](const std::string& repository, const std::string& part, const std::string& path,
          const std::vector<GitPath>& all) {
        auto below = [&](const std::string& name) {
          return path.empty() ? name : join_path(path, name);
        };
        // All directories first, so that nothing can be written through a link.
        for (const GitPath& entry : all)
          if (!is_content(entry.kind)) {
            directories.push_back(below(entry.path));
            if (!target.make_new_dir(directories.back()))
              throw Error(ErrorKind::refused, "source.unsafe-path",
                          fmt::format("{} of git:{} is there already",
                                      printable(directories.back()), part));
          }
        std::vector<GitPath> files = only(all, is_content);
        Dir top = path.empty() ? target.duplicate() : target.open_dir(path);
        FileWriter writer(top, part, files);
        read_git_objects(store.program(), repository, objects_of(files), writer, stop);
      },
      stop);
  for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
    Dir dir = *directory == "." ? target.duplicate() : target.open_dir(*directory);
    set_fixed_times(dir.fd(), dir.path());
  }
}

void verify_git_commit(const GitStore& store, const std::string& commit,
                       const std::stop_token& stop) {
  for_each_part(
      store, {.commit = commit, .path = ""},
      [&](const std::string& repository, const std::string&, const std::string&,
          const std::vector<GitPath>& all) {
        Check check;
        read_git_objects(store.program(), repository, objects_of(only(all, is_content)), check,
                         stop);
      },
      stop);
}

} // namespace hdist
