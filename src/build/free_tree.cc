// Everything of an artifact is found again by the plan: it says where each file of each member
// goes. What a link or a run path names is looked up there by its absolute path in the store.
#include "build/free_tree.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/trial_dir.h"
#include "build/elf.h"
#include "build/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <map>
#include <optional>

namespace hdist {

namespace {

constexpr std::string_view kOrigin = "$ORIGIN";
constexpr std::string_view kUnfinished = ".tmp-tree-"; // beside the tree's place
constexpr const char* kTree = "tree";                  // in that

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

/// Where what is in the store stands in the tree.
class TreeMap {
public:
  TreeMap(const Composition& composition, std::vector<std::string> store_roots)
      : roots_(std::move(store_roots)) {
    for (const auto& [found, unused] : composition.members)
      artifacts_.push_back(found.path);
    store_ = artifacts_.empty() ? "" : parent_path(parent_path(artifacts_.front()));
    for (const std::string& artifact : artifacts_)
      for (const std::string& root : roots_)
        spellings_.push_back(join_path(root, artifact.substr(store_.size() + 1)));
    for (const PlannedEntry& entry : composition.plan.entries) {
      if (entry.kind == PlannedEntry::Kind::directory)
        directories_.emplace(entry.path, true);
      else
        places_.emplace(entry.source, entry.path);
    }
  }

  /// The path below the tree of a file or directory of the store.
  std::optional<std::string> find(const std::string& path) const {
    std::string spelled = spelled_as_member(path);
    if (auto found = places_.find(spelled); found != places_.end()) return found->second;
    // A directory is where a file of it went.
    auto inside = places_.lower_bound(spelled + "/");
    if (inside != places_.end() && inside->first.starts_with(spelled + "/")) {
      std::string rest = inside->first.substr(spelled.size());
      if (inside->second == rest.substr(1)) return "";
      if (inside->second.ends_with(rest))
        return inside->second.substr(0, inside->second.size() - rest.size());
    }
    // In a directory that went as a whole.
    for (std::string above = parent_path(spelled); above.size() > store_.size();
         above = parent_path(above))
      if (auto whole = places_.find(above); whole != places_.end())
        return join_path(whole->second, spelled.substr(above.size() + 1));
    for (const std::string& artifact : artifacts_)
      if (is_below(spelled, artifact) && spelled != artifact &&
          directories_.contains(spelled.substr(artifact.size() + 1)))
        return spelled.substr(artifact.size() + 1);
    return std::nullopt;
  }

  bool in_store(const std::string& path) const {
    return std::any_of(roots_.begin(), roots_.end(),
                       [&](const std::string& root) { return is_below(path, root); });
  }

  /// A part of one artifact, or all of it: <root>/<name>/<directory>...
  bool in_artifact(const std::string& path) const {
    return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
      return path.starts_with(root + "/") && path.find('/', root.size() + 1) != std::string::npos;
    });
  }

  /// The bytes with the path of each member as `tree`; nullopt when there is none in it.
  std::optional<std::string> with_tree(std::string_view bytes, const std::string& tree) const {
    std::string text(bytes);
    for (const std::string& spelling : spellings_)
      text = replace_all(std::move(text), spelling, tree);
    if (text == bytes) return std::nullopt;
    return text;
  }

  bool names_store(std::string_view bytes) const {
    return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
      return bytes.find(root + "/") != std::string_view::npos;
    });
  }

private:
  std::string spelled_as_member(const std::string& path) const {
    for (const std::string& root : roots_)
      if (is_below(path, root)) return store_ + path.substr(root.size());
    return path;
  }

  std::vector<std::string> roots_, artifacts_;
  std::vector<std::string> spellings_; // of the artifacts
  std::string store_;                  // as the members' paths spell it
  std::map<std::string, std::string> places_;
  std::map<std::string, bool> directories_;
};

class FreeTree {
public:
  FreeTree(const Composition& composition, const Dir& tree, std::string final_path,
           const std::vector<std::string>& store_roots, std::stop_token stop)
      : plan_(composition.plan), tree_(tree), path_(std::move(final_path)),
        map_(composition, store_roots), stop_(std::move(stop)) {}

  void fill(FreeTreeReport& report) {
    for (const PlannedEntry& entry : plan_.entries) {
      if (stop_.stop_requested())
        throw Error(ErrorKind::interrupted, "profile.interrupted", "interrupted while copying");
      if (entry.kind == PlannedEntry::Kind::directory)
        (void)tree_.make_new_dir(entry.path);
      else
        copy(entry, report);
    }
  }

private:
  void copy(const PlannedEntry& entry, FreeTreeReport& report) {
    Dir from = Dir::open(parent_path(entry.source));
    std::string name = base_name(entry.source);
    Dir to = tree_.open_dir(parent_path(entry.path));
    if (std::optional<std::string> target = from.read_link(name))
      return copy_link(*target, entry, to);
    std::optional<struct stat> status = from.stat(name);
    if (status && S_ISDIR(status->st_mode))
      return copy_directory(from.open_dir(name), entry, to, report);
    copy_content_of(from, name, entry, to, report);
  }

  void copy_link(const std::string& target, const PlannedEntry& entry, const Dir& to) {
    std::string absolute = normal_path(join_path(parent_path(entry.source), target));
    std::string name = base_name(entry.path);
    if (std::optional<std::string> place = map_.find(absolute))
      return to.make_symlink(
          relative_path(join_path(path_, *place), join_path(path_, parent_path(entry.path))), name);
    if (!map_.in_store(absolute))
      return to.make_symlink(target.starts_with('/') ? target : absolute, name);
    // What is in no member, or left out by rules: its content.
    std::optional<std::string> real = real_path_if_exists(absolute);
    if (!real) return to.make_symlink(target, name);
    if (!map_.in_artifact(*real))
      throw Error(ErrorKind::failed, "profile.link-to-store",
                  fmt::format("{} is a link to {}, which is more than one artifact, so a tree of "
                              "copies would hold the whole store; leave it out by a rule of the "
                              "package",
                              entry.source, *real));
    Dir parent = Dir::open(parent_path(*real));
    if (std::optional<struct stat> status = parent.stat(base_name(*real));
        status && S_ISDIR(status->st_mode))
      return copy_tree(parent.open_dir(base_name(*real)), to.make_dir(name));
    copy_file(parent, base_name(*real), to, name, writable(parent, base_name(*real)));
  }

  /// A rule that takes a directory as a whole.
  void copy_directory(const Dir& from, const PlannedEntry& entry, const Dir& to,
                      FreeTreeReport& report) {
    (void)to.make_new_dir(base_name(entry.path));
    for (const Entry& inner : from.list()) {
      PlannedEntry part = entry;
      part.path = join_path(entry.path, inner.name);
      part.source = join_path(entry.source, inner.name);
      copy(part, report);
    }
  }

  static mode_t writable(const Dir& from, const std::string& name) {
    std::optional<struct stat> status = from.stat(name);
    return ((status ? status->st_mode : 0644) & 0777) | S_IWUSR;
  }

  void copy_content_of(const Dir& from, const std::string& name, const PlannedEntry& entry,
                       const Dir& to, FreeTreeReport& report) {
    std::string target = base_name(entry.path);
    Fd file = from.open_file(name, O_RDONLY);
    MappedFile content(file, entry.source);
    std::string_view bytes = content.bytes();
    bool names_store = map_.names_store(bytes);
    bool is_text = bytes.find('\0') == std::string_view::npos;
    if (names_store && is_text) {
      std::string text = map_.with_tree(bytes, path_).value_or(std::string(bytes));
      to.write_file(target, text, {.mode = writable(from, name)});
      ++report.texts;
      if (map_.names_store(text)) report.bound.push_back(entry.path);
      return;
    }
    copy_file(from, name, to, target, writable(from, name));
    if (is_text) return;
    std::optional<ElfDynamic> dynamic = read_elf_dynamic(bytes);
    bool changes = dynamic && dynamic->has_run_path;
    if (changes) change_run_path(*dynamic, bytes, entry, to, report);
    if (names_store && still_names_store(to, target)) report.bound.push_back(entry.path);
  }

  bool still_names_store(const Dir& to, const std::string& name) const {
    Fd file = to.open_file(name, O_RDONLY);
    MappedFile content(file, name);
    return map_.names_store(content.bytes());
  }

  /// Each directory of the store becomes the one of the tree where its files are.
  std::string run_path_in_tree(const std::string& run_path, const PlannedEntry& entry) const {
    std::vector<std::string> entries;
    std::string here = join_path(path_, parent_path(entry.path));
    for (const std::string& old : split(run_path, ':')) {
      std::string text = replace_all(replace_all(old, "${ORIGIN}", "$ORIGIN"), "$ORIGIN",
                                     parent_path(entry.source));
      std::string absolute = text.starts_with('/') ? normal_path(text) : text;
      std::string now = old;
      if (map_.in_store(absolute)) {
        std::optional<std::string> place = map_.find(absolute);
        std::string relative =
            place ? relative_path(normal_path(join_path(path_, *place)), normal_path(here)) : "";
        now = !place            ? absolute
              : relative == "." ? std::string(kOrigin)
                                : fmt::format("{}/{}", kOrigin, relative);
      }
      if (!now.empty() && std::find(entries.begin(), entries.end(), now) == entries.end())
        entries.push_back(now);
    }
    return join(entries, ":");
  }

  void change_run_path(const ElfDynamic& dynamic, std::string_view bytes, const PlannedEntry& entry,
                       const Dir& to, FreeTreeReport& report) {
    std::string run_path = run_path_in_tree(dynamic.run_path, entry);
    if (run_path == dynamic.run_path) return;
    std::optional<std::vector<FilePatch>> patches = rpath_patches(bytes, run_path);
    if (!patches)
      throw Error(ErrorKind::failed, "profile.no-room",
                  fmt::format("the run path of {} has no room for \"{}\"", entry.source, run_path));
    Fd file = to.open_file(base_name(entry.path), O_WRONLY);
    for (const FilePatch& patch : *patches)
      if (::pwrite(file.get(), patch.bytes.data(), patch.bytes.size(), patch.offset) !=
          static_cast<ssize_t>(patch.bytes.size()))
        throw_errno("pwrite", entry.path);
    ++report.run_paths;
  }

  const LinkPlan& plan_;
  const Dir& tree_;
  std::string path_;
  TreeMap map_;
  std::stop_token stop_;
};

void check_place(const std::string& path) {
  std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  if (!parent || !parent->exists(base_name(path))) return;
  std::optional<struct stat> status = parent->stat(base_name(path));
  if (status && S_ISDIR(status->st_mode) && parent->open_dir(base_name(path)).list().empty())
    return;
  Error error(ErrorKind::refused, "profile.in-the-way",
              fmt::format("{} is there already; it is left alone", path));
  error.advise({fmt::format("move it away, or give the tree another path: mv {} {}",
                            shell_quote(path), shell_quote(path + ".old")),
                "",
                {}});
  throw error;
}

ProfileRecord record_of_tree(const FreeTreeRequest& request, const Members& members) {
  ProfileRecord record =
      record_of(members, {.path = request.path, .together = "", .holds_copies = true});
  record.name = base_name(request.path);
  record.stands_alone = true;
  record.input = input_digest(members, "");
  record.made_at_s = std::time(nullptr);
  record.reason = request.profile.reason;
  return record;
}

/// `opened` before the first write, so that it reports all errors.
void sync_all(const Dir& opened) {
  if (::syncfs(opened.fd()) != 0) throw_errno("syncfs", opened.path());
}

/// A directory at its final path, gone unless it is kept.
class PlacedTree {
public:
  PlacedTree(const Dir& parent, std::string name) : parent_(parent), name_(std::move(name)) {}
  ~PlacedTree() {
    if (kept_) return;
    try {
      parent_.remove_tree(name_);
    } catch (const Error&) { // the error that led here is told
    }
  }
  PlacedTree(const PlacedTree&) = delete;
  PlacedTree& operator=(const PlacedTree&) = delete;
  void keep() { kept_ = true; }

private:
  const Dir& parent_;
  std::string name_;
  bool kept_ = false;
};

} // namespace

FreeTreeReport make_free_tree(const FreeTreeRequest& request, const FindArtifact& find,
                              const RunInstallStep& run, std::stop_token stop) {
  check_place(request.path);
  Composition composition = compose(closure(request.profile.members, find, request.profile.machine),
                                    stop, {.fold = false});
  FreeTreeReport report;
  report.result.link = report.result.generation_path = request.path;
  report.result.changed = true;
  report.result.entries = static_cast<int64_t>(composition.plan.entries.size());
  report.result.record = record_of_tree(request, composition.members);
  if (request.profile.dry_run) return report;

  Dir parent = Dir::create(parent_path(request.path));
  std::string name = base_name(request.path);
  const TrialDir unfinished(parent.path(), kUnfinished);
  Dir tree = Dir::create(unfinished.sub(kTree));
  FreeTree(composition, tree, request.path, request.store_roots, std::move(stop)).fill(report);
  if (composition.steps.empty()) write_documents(tree, report.result.record, request.path);
  tree.set_mode(".", 0755);
  if (request.durable) sync_all(parent);
  if (parent.exists(name)) (void)::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR); // empty
  if (!parent.rename_new(join_path(unfinished.name(), kTree), name)) check_place(request.path);
  if (request.durable) parent.sync();
  if (composition.steps.empty()) return report;

  PlacedTree placed(parent, name);
  run_steps(composition, request.path, run);
  write_documents(parent.open_dir(name), report.result.record, request.path);
  if (request.durable) sync_all(parent);
  placed.keep();
  return report;
}

} // namespace hdist
