// The stream of a directory wants the entries of each directory by name, and what is in a directory
// right after it. Git sorts otherwise ("a.c" before the directory "a"), and submodules lie in
// between; so everything is listed first, and the contents are asked for in the stream's order.
#include "source/git_content.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "data/digest.h"
#include "source/dir_stream.h"
#include "source/git_tree.h"
#include "source/item_removal.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

using Kind = GitTreeEntry::Kind;

constexpr std::size_t kLongestPath = 4095, kLongestName = 255;
constexpr int64_t kMostBytes = int64_t{64} << 30;
constexpr int kDeepestSubmodule = 10;

Error too_large(const std::string& commit, const std::string& why) {
  return {ErrorKind::refused, "source.too-large",
          fmt::format("git:{} is larger than the limit: it has {}", commit, why)};
}

std::string need_holder(const GitStore& store, const std::string& commit, const std::string& what) {
  std::optional<std::string> repository = store.holder(commit);
  if (!repository && await_verdict(store, *SourceKey::parse("git:" + commit)))
    repository = store.holder(commit);
  if (repository) return *std::move(repository);
  throw Error(ErrorKind::failed, "source.not-found",
              fmt::format("git:{}{} is not in the source store", commit, what));
}

/// The commits of submodules that must be in the store, with the path of each.
std::vector<GitPath> wanted_submodules(const GitStore& store, const GitContent::Part& part,
                                       const std::vector<GitPath>& all,
                                       const std::stop_token& stop) {
  std::vector<GitPath> links;
  std::copy_if(all.begin(), all.end(), std::back_inserter(links),
               [](const GitPath& path) { return path.kind == Kind::submodule; });
  if (links.empty()) return links;
  const std::vector<GitSubmodule> named =
      git_submodules(store.program(), part.repository, part.commit, stop);
  std::erase_if(links, [&](const GitPath& link) {
    return std::none_of(named.begin(), named.end(),
                        [&](const GitSubmodule& one) { return one.path == link.path; });
  });
  return links;
}

class Listing {
public:
  Listing(const GitStore& store, std::stop_token stop) : store_(store), stop_(std::move(stop)) {}

  void add(GitContent::Part part, int depth) {
    if (depth > kDeepestSubmodule) throw too_large(part.commit, "submodules nested too deeply");
    if (part.repository.empty())
      part.repository = need_holder(
          store_, part.commit,
          part.path.empty() ? "" : fmt::format(" (the submodule {})", printable(part.path)));
    const std::vector<GitPath> all =
        list_git_tree(store_.program(), part.repository, part.commit, stop_);
    const std::vector<GitPath> submodules = wanted_submodules(store_, part, all, stop_);
    const std::string prefix = part.path.empty() ? "" : part.path + "/";
    for (const GitPath& entry : all)
      add_entry(part.commit, {.path = prefix + entry.path,
                              .kind = entry.kind == Kind::submodule ? Kind::directory : entry.kind,
                              .object = entry.object,
                              .part = content_.parts.size()});
    content_.parts.push_back(std::move(part));
    for (const GitPath& link : submodules)
      add({.commit = link.object, .repository = {}, .path = prefix + link.path}, depth + 1);
  }

  GitContent finish() && {
    // A path and what is below it come together when '/' sorts before any byte of a name.
    const auto is_before = [](const GitContentEntry& a, const GitContentEntry& b) {
      return std::lexicographical_compare(
          a.path.begin(), a.path.end(), b.path.begin(), b.path.end(), [](char x, char y) {
            const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
            return rank(x) < rank(y);
          });
    };
    std::sort(content_.entries.begin(), content_.entries.end(), is_before);
    return std::move(content_);
  }

private:
  void add_entry(const std::string& commit, GitContentEntry entry) {
    if (entry.path.size() > kLongestPath) throw too_large(commit, "a path that is too long");
    if (base_name(entry.path).size() > kLongestName)
      throw too_large(commit, "a name of more than 255 bytes");
    content_.entries.push_back(std::move(entry));
  }

  const GitStore& store_;
  std::stop_token stop_;
  GitContent content_;
};

/// The stream of the directory on its way through a digest.
class StreamDigest {
public:
  StreamDigest() { digest_.update(dir_stream_begin()); }

  void entry(const GitContentEntry& entry, char kind, std::optional<int64_t> size_bytes) {
    close_to(static_cast<std::size_t>(std::count(entry.path.begin(), entry.path.end(), '/')));
    digest_.update(dir_stream_entry(kind, base_name(entry.path), size_bytes));
    if (kind == kDirStreamDirectory) ++depth_;
  }
  void add(std::string_view bytes) { digest_.update(bytes); }
  SourceKey finish() {
    close_to(0);
    digest_.update(std::string_view(&kDirStreamEnd, 1));
    return SourceKey::make(SourceType::dir, digest_.finish());
  }

private:
  void close_to(std::size_t depth) {
    for (; depth_ > depth; --depth_)
      digest_.update(std::string_view(&kDirStreamEnd, 1));
  }

  Sha256 digest_;
  std::size_t depth_ = 0; // directories that are open below the top
};

class Reader final : public GitObjectSink {
public:
  Reader(const GitContent& content, GitContentSink* sink) : content_(content), sink_(sink) {}

  /// Reads entries from `first` on until one is of another part; returns that.
  std::size_t run(const GitStore& store, std::size_t first, const std::stop_token& stop) {
    const std::size_t part = content_.entries[first].part;
    std::vector<std::string> names;
    run_.clear();
    std::size_t end = first;
    for (; end < content_.entries.size(); ++end) {
      const GitContentEntry& entry = content_.entries[end];
      if (entry.kind == Kind::directory) continue;
      if (entry.part != part) break;
      run_.push_back(end);
      names.push_back(entry.object);
    }
    next_ = first;
    read_git_objects(store.program(), content_.parts[part].repository, names, *this, stop);
    pass_directories(end);
    return end;
  }

  void begin(std::size_t index, const std::string& type, int64_t size_bytes) override {
    pass_directories(run_.at(index));
    entry_ = &content_.entries[next_++];
    const std::string& commit = content_.parts[entry_->part].commit;
    if (type != "blob")
      throw Error(ErrorKind::failed, "source.corrupt",
                  fmt::format("{} of git:{} is a {}, expected a blob", printable(entry_->path),
                              commit, type));
    total_ += size_bytes;
    if (total_ > kMostBytes) throw too_large(commit, "more than 64 GiB of content");
    const bool is_link = entry_->kind == Kind::symlink;
    if (is_link && (size_bytes == 0 || size_bytes > static_cast<int64_t>(kLongestPath)))
      throw too_large(commit, "a symlink whose target is empty or too long");
    if (entry_->part == 0) own_ += size_bytes;
    stream_.entry(*entry_,
                  is_link                            ? kDirStreamSymlink
                  : entry_->kind == Kind::executable ? kDirStreamExecutable
                                                     : kDirStreamFile,
                  size_bytes);
    if (sink_ != nullptr) sink_->begin(*entry_);
  }
  void piece(std::string_view bytes) override {
    if (entry_->kind == Kind::symlink && bytes.find('\0') != std::string_view::npos)
      throw Error(ErrorKind::refused, "source.unsafe-path",
                  fmt::format("the symlink {} of git:{} has a NUL byte", printable(entry_->path),
                              content_.parts[entry_->part].commit));
    stream_.add(bytes);
    if (sink_ != nullptr) sink_->piece(bytes);
  }
  void end() override {
    if (sink_ != nullptr) sink_->end();
  }

  GitContentSum finish() { return {stream_.finish(), own_}; }

private:
  void pass_directories(std::size_t end) {
    for (; next_ < end; ++next_)
      stream_.entry(content_.entries[next_], kDirStreamDirectory, std::nullopt);
  }

  const GitContent& content_;
  GitContentSink* sink_;
  StreamDigest stream_;
  std::vector<std::size_t> run_;           // places of the entries that are read now
  std::size_t next_ = 0;                   // the first one that the stream does not have yet
  const GitContentEntry* entry_ = nullptr; // that is read
  int64_t total_ = 0, own_ = 0;
};

} // namespace

GitContent list_git_content(const GitStore& store, const std::string& commit,
                            const std::string& repository, const std::stop_token& stop) {
  Listing listing(store, stop);
  listing.add({.commit = commit, .repository = repository, .path = ""}, 0);
  return std::move(listing).finish();
}

GitContentSum read_git_content(const GitStore& store, const GitContent& content,
                               GitContentSink* sink, const std::stop_token& stop) {
  Reader reader(content, sink);
  for (std::size_t at = 0; at < content.entries.size();)
    at = reader.run(store, at, stop);
  return reader.finish();
}

GitContentSum sum_of_commit(const GitStore& store, const std::string& commit,
                            const std::string& repository, const std::stop_token& stop) {
  return read_git_content(store, list_git_content(store, commit, repository, stop), nullptr, stop);
}

} // namespace hdist
