#include "source/git_objects.h"

#include "base/error.h"
#include "base/text.h"
#include "data/sha1.h"
#include "source/git_address.h"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <set>

namespace hdist {

namespace {

constexpr int64_t kLoadLimit = int64_t{512} << 20;
constexpr std::size_t kLongestHeader = 200;
constexpr std::size_t kNameBytes = 20;
constexpr std::size_t kNameDigits = 40;

Error corrupt(const std::string& what) {
  return {ErrorKind::failed, "source.corrupt", what};
}

/// What `git cat-file --batch` prints, piece by piece.
class BatchReader {
public:
  BatchReader(const std::string& repository, const std::vector<std::string>& names,
              GitObjectSink& sink)
      : repository_(repository), names_(names), sink_(sink) {}

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!hash_)
        read_header(bytes);
      else if (left_ > 0)
        read_content(bytes);
      else
        read_line_end(bytes);
    }
  }
  bool is_complete() const { return !hash_ && header_.empty() && index_ == names_.size(); }

private:
  void read_header(std::string_view& bytes) {
    std::size_t end = bytes.find('\n');
    header_ += bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (header_.size() > kLongestHeader || (index_ >= names_.size() && !header_.empty()))
      throw corrupt(fmt::format("git says something unexpected of {}", repository_));
    if (end == std::string_view::npos) return;
    std::vector<std::string> words = split_words(header_);
    header_.clear();
    std::optional<int64_t> size = words.size() == 3 ? parse_int(words[2]) : std::nullopt;
    if (!size || *size < 0 || words[0] != names_[index_])
      throw corrupt(fmt::format("{} lacks the object {}", repository_, names_[index_]));
    hash_.emplace();
    hash_->update(fmt::format("{} {}", words[1], *size));
    hash_->update(std::string_view("\0", 1));
    left_ = *size;
    sink_.begin(index_, words[1], *size);
  }

  void read_content(std::string_view& bytes) {
    std::string_view piece = bytes.substr(
        0, static_cast<std::size_t>(std::min(left_, static_cast<int64_t>(bytes.size()))));
    hash_->update(piece);
    sink_.piece(piece);
    left_ -= static_cast<int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
  }

  void read_line_end(std::string_view& bytes) {
    bytes.remove_prefix(1);
    std::string found = hash_->finish_hex();
    hash_.reset();
    if (found != names_[index_])
      throw corrupt(fmt::format("{} is damaged: the object {} has the content of {}", repository_,
                                names_[index_], found));
    ++index_;
    sink_.end();
  }

  const std::string& repository_;
  const std::vector<std::string>& names_;
  GitObjectSink& sink_;
  std::size_t index_ = 0;
  std::string header_;
  std::optional<Sha1> hash_; // of the object that is being read
  int64_t left_ = 0;
};

class Loader final : public GitObjectSink {
public:
  Loader(std::vector<std::string>& objects, std::string type)
      : objects_(objects), type_(std::move(type)) {}
  void begin(std::size_t, const std::string& type, int64_t size_bytes) override {
    if (type != type_)
      throw corrupt(fmt::format("there is a {} where a {} should be", type, type_));
    total_ += size_bytes;
    if (total_ > kLoadLimit)
      throw Error(ErrorKind::refused, "source.too-large",
                  "the directories of the commit are larger than the limit of 512 MiB");
    objects_.emplace_back();
  }
  void piece(std::string_view bytes) override { objects_.back() += bytes; }
  void end() override {}

private:
  std::vector<std::string>& objects_;
  std::string type_;
  int64_t total_ = 0;
};

std::string hex(std::string_view bytes) {
  std::string text;
  for (char c : bytes)
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::optional<GitTreeEntry::Kind> kind_of(std::string_view mode) {
  using Kind = GitTreeEntry::Kind;
  if (mode == "40000" || mode == "040000") return Kind::directory;
  if (mode == "120000") return Kind::symlink;
  if (mode == "160000") return Kind::submodule;
  if (mode == "100755") return Kind::executable;
  if (mode.size() == 6 && mode.starts_with("100")) return Kind::file; // old ones have 100664
  return std::nullopt;
}

/// On no file system may a name be one of git's own.
bool is_safe_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && to_lower(name) != ".git" &&
         name.find('/') == std::string::npos;
}

} // namespace

void read_git_objects(const GitProgram& program, const std::string& repository,
                      const std::vector<std::string>& names, GitObjectSink& sink,
                      const std::stop_token& stop) {
  if (names.empty()) return;
  BatchReader reader(repository, names, sink);
  std::exception_ptr problem;
  std::stop_source stop_here; // also stopped when nothing more is wanted
  std::stop_callback pass_on(stop, [&] { stop_here.request_stop(); });
  GitCall call{.words = {"cat-file", "--batch"},
               .directory = repository,
               .input = join(names, "\n") + "\n",
               .timeout_s = 0,
               .output = [&](std::string_view bytes) {
                 if (problem) return;
                 try {
                   reader.take(bytes);
                 } catch (...) {
                   problem = std::current_exception();
                   stop_here.request_stop();
                 }
               }};
  GitAnswer answer;
  try {
    answer = program.isolated(call, stop_here.get_token());
  } catch (const Error&) {
    if (problem) std::rethrow_exception(problem);
    throw;
  }
  if (problem) std::rethrow_exception(problem);
  if (answer.is_cut_short)
    throw Error(ErrorKind::failed, "git.failed",
                fmt::format("{} could not be read: {}", repository, answer.complaint));
  if (!answer.ok || !reader.is_complete())
    throw corrupt(fmt::format("{} cannot be read: {}", repository,
                              answer.ok ? "git said too little" : answer.complaint));
}

std::vector<std::string> load_git_objects(const GitProgram& program, const std::string& repository,
                                          const std::vector<std::string>& names,
                                          const std::string& type, const std::stop_token& stop) {
  std::vector<std::string> objects;
  Loader loader(objects, type);
  read_git_objects(program, repository, names, loader, stop);
  return objects;
}

std::vector<GitTreeEntry> parse_git_tree(std::string_view bytes, const std::string& of) {
  std::vector<GitTreeEntry> entries;
  std::set<std::string> names;
  while (!bytes.empty()) {
    std::size_t blank = bytes.find(' ');
    std::size_t end = bytes.find('\0');
    if (blank == std::string_view::npos || end == std::string_view::npos || blank > end ||
        bytes.size() - end - 1 < kNameBytes)
      throw corrupt(fmt::format("a directory of {} is no tree of git", of));
    std::optional<GitTreeEntry::Kind> kind = kind_of(bytes.substr(0, blank));
    std::string name(bytes.substr(blank + 1, end - blank - 1));
    if (!kind)
      throw corrupt(fmt::format("{} has the entry \"{}\" of the unknown mode {}", of,
                                printable(name), printable(bytes.substr(0, blank))));
    if (!is_safe_name(name) || !names.insert(name).second)
      throw Error(ErrorKind::refused, "source.unsafe-path",
                  fmt::format("{} has the entry \"{}\", which is not a name that may be in a "
                              "directory, or is there twice",
                              of, printable(name)));
    entries.push_back({*kind, std::move(name), hex(bytes.substr(end + 1, kNameBytes))});
    bytes.remove_prefix(end + 1 + kNameBytes);
  }
  return entries;
}

std::string parse_git_commit(std::string_view bytes, const std::string& commit) {
  constexpr std::string_view kTree = "tree ";
  std::string tree(bytes.substr(std::min(kTree.size(), bytes.size()), kNameDigits));
  if (!bytes.starts_with(kTree) || !is_full_commit(tree))
    throw corrupt(fmt::format("{} is no commit", commit));
  return tree;
}

} // namespace hdist
