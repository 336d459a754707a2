#include "build/postprocess.h"

#include "base/error.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "base/tree.h"
#include "build/elf.h"
#include "build/mapped_file.h"
#include "build/run_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

/// A file's mode with `bits` added where they are missing, put back at the end.
class OwnerAccess {
public:
  OwnerAccess(const Dir& parent, std::string name, const struct stat& status, mode_t bits)
      : parent_(parent), name_(std::move(name)), mode_(status.st_mode & 07777),
        changed_((mode_ & bits) != bits) {
    if (changed_) parent_.set_mode(name_, mode_ | bits);
  }
  ~OwnerAccess() {
    if (!changed_) return;
    try {
      parent_.set_mode(name_, mode_);
    } catch (const Error&) { // the modes of an artifact are made uniform when it is finished
    }
  }
  OwnerAccess(const OwnerAccess&) = delete;
  OwnerAccess& operator=(const OwnerAccess&) = delete;

private:
  const Dir& parent_;
  std::string name_;
  mode_t mode_;
  bool changed_;
};

/// All steps on one artifact.
class Postprocessor {
public:
  Postprocessor(const PostprocessRequest& request, Events& events)
      : request_(request), events_(events), root_(Dir::open(request.artifact)) {
    places_.artifact = normal_path(request.artifact);
    places_.store = parent_path(parent_path(places_.artifact));
    const std::optional<std::string> real_store = real_path_if_exists(places_.store);
    for (const std::string& root : request.store_roots) {
      const std::string spelling = normal_path(root);
      if (spelling != places_.store && real_path_if_exists(spelling) == real_store)
        places_.spellings.push_back(spelling);
    }
    if (real_store && *real_store != places_.store) places_.spellings.push_back(*real_store);
    for (const JobImport& import : request.imports)
      places_.imports.push_back(spelled_as_store(normal_path(import.path)));
  }

  PostprocessReport run() {
    if (request_.remove_libtool) for_each(&Postprocessor::remove_libtool_file);
    if (request_.relative_symlinks) for_each(&Postprocessor::make_link_relative);
    if (request_.relative_rpath) {
      for_each(&Postprocessor::count_names);
      for_each(&Postprocessor::make_run_path_relative);
    }
    return report_;
  }

private:
  using Inode = std::pair<dev_t, ino_t>;
  using Step = void (Postprocessor::*)(const Dir& parent, const TreeEntry& entry);

  void for_each(Step step) {
    walk_tree(
        root_,
        [&](const Dir& parent, const TreeEntry& entry) {
          try {
            if (entry.path != kOwnFolder) (this->*step)(parent, entry);
          } catch (Error& error) {
            error.during("post-processing " + join_path(places_.artifact, entry.path));
            throw;
          }
        },
        [](const TreeEntry& entry) { return entry.path != kOwnFolder; });
  }

  std::string spelled_as_store(const std::string& path) const {
    for (const std::string& spelling : places_.spellings)
      if (is_below(path, spelling)) return places_.store + path.substr(spelling.size());
    return path;
  }

  /// By its content too: other programs use that suffix as well.
  void remove_libtool_file(const Dir& parent, const TreeEntry& entry) {
    const std::string name = base_name(entry.path);
    if (entry.type != EntryType::file || !name.ends_with(".la")) return;
    const Fd file = parent.open_file(name, O_RDONLY);
    const MappedFile content(file, entry.path);
    if (content.bytes().substr(0, 1000).find("libtool library file") == std::string_view::npos)
      return;
    if (parent.remove_file(name)) ++report_.removed;
  }

  void make_link_relative(const Dir& parent, const TreeEntry& entry) {
    if (entry.type != EntryType::symlink || !entry.target.starts_with('/')) return;
    const std::string target = spelled_as_store(normal_path(entry.target));
    const bool inside = is_below(target, places_.artifact);
    // An artifact, not the store or a record in it.
    const bool in_store = is_below(target, places_.store) &&
                          split(target.substr(places_.store.size()), '/').size() >= 3;
    if (!inside && !in_store) return;
    const std::string from = parent_path(join_path(places_.artifact, entry.path));
    parent.replace_symlink(relative_path(target, from), base_name(entry.path));
    ++report_.links;
  }

  static Inode inode_of(const TreeEntry& entry) { return {entry.stat.st_dev, entry.stat.st_ino}; }

  void count_names(const Dir&, const TreeEntry& entry) {
    if (entry.type == EntryType::file && entry.stat.st_nlink > 1) ++names_[inode_of(entry)];
  }

  void make_run_path_relative(const Dir& parent, const TreeEntry& entry) {
    if (entry.type != EntryType::file) return;
    if (entry.stat.st_nlink > 1 && done_.contains(inode_of(entry))) return;
    const std::string name = base_name(entry.path);
    const OwnerAccess readable(parent, name, entry.stat, S_IRUSR);
    std::optional<ElfDynamic> dynamic = dynamic_of(parent, name, entry.path);
    if (!dynamic) return;
    warn_of_paths(*dynamic, entry.path);
    const RunPathChoice choice = choose_run_path(*dynamic, entry.path, places_);
    for (const std::string& lost : choice.lost)
      events_.warning(fmt::format("{}: needs {}, which is in no import; its run path no longer "
                                  "leads there",
                                  join_path(places_.artifact, entry.path), lost));
    const std::string path = join(choice.entries, ":");
    if (!dynamic->has_run_path && path.empty()) return;
    if (dynamic->is_rpath && dynamic->run_path == path) return;
    const OwnerAccess writable(parent, name, entry.stat, S_IRUSR | S_IWUSR);
    keep_from_others(parent, entry);
    if (!write_in_place(parent, name, path)) write_by_patchelf(parent, name, path);
    ++report_.run_paths;
  }

  /// A file with a name outside of the artifact (in another artifact, say) becomes one of its own.
  void keep_from_others(const Dir& parent, const TreeEntry& entry) {
    if (entry.stat.st_nlink <= 1) return;
    if (names_[inode_of(entry)] == entry.stat.st_nlink) {
      done_.insert(inode_of(entry));
      return;
    }
    const std::string name = base_name(entry.path);
    const Fd file = parent.open_file(name, O_RDONLY);
    const MappedFile content(file, entry.path);
    parent.set_mode(name, entry.stat.st_mode & 07777); // of the one that stays outside
    parent.write_file(name, content.bytes(), {.mode = (entry.stat.st_mode & 07777) | S_IWUSR});
  }

  static std::optional<ElfDynamic> dynamic_of(const Dir& parent, const std::string& name,
                                              const std::string& object) {
    const Fd file = parent.open_file(name, O_RDONLY);
    const MappedFile content(file, object);
    return read_elf_dynamic(content.bytes());
  }

  void warn_of_paths(const ElfDynamic& dynamic, const std::string& path) {
    for (const std::string& name : dynamic.needed)
      if (name.find('/') != std::string::npos)
        events_.warning(fmt::format("{}: needs {} by its path, which cannot be made relative; "
                                    "the library was linked without a soname",
                                    join_path(places_.artifact, path), printable(name)));
  }

  static bool write_in_place(const Dir& parent, const std::string& name, const std::string& path) {
    const Fd file = parent.open_file(name, O_RDWR);
    std::optional<std::vector<FilePatch>> patches;
    {
      const MappedFile content(file, name);
      patches = rpath_patches(content.bytes(), path);
    }
    if (!patches) return false;
    for (const FilePatch& patch : *patches)
      write_at(file, patch, name);
    return true;
  }

  static void write_at(const Fd& file, const FilePatch& patch, const std::string& object) {
    std::size_t done = 0;
    while (done < patch.bytes.size()) {
      const ssize_t count =
          ::pwrite(file.get(), patch.bytes.data() + done, patch.bytes.size() - done,
                   patch.offset + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno("pwrite", object);
      done += static_cast<std::size_t>(count);
    }
  }

  Error no_patchelf(std::size_t size) const {
    Error error(ErrorKind::failed, "postprocess.no-patchelf",
                fmt::format("the run path of this file has no room for the relative one ({} "
                            "bytes), and the program {} is not there to make some",
                            size, request_.patchelf));
    error.advise({"Install the package patchelf, or let the link step take its run path from the "
                  "variable LD_RUN_PATH, which leaves room.",
                  "",
                  {}});
    return error;
  }

  /// The old run path goes first, by ourselves: patchelf would overwrite its text even where other
  /// strings share it.
  void write_by_patchelf(const Dir& parent, const std::string& name, const std::string& path) {
    write_in_place(parent, name, "");
    Command command;
    command.env = Env::current();
    command.argv = {request_.patchelf, "--force-rpath", "--set-rpath", path,
                    join_path(parent.path(), name)};
    try {
      capture(command);
    } catch (const Error& error) {
      if (error.code() != "process.not-found") throw;
      throw no_patchelf(path.size());
    }
    ++report_.by_patchelf;
  }

  const PostprocessRequest& request_;
  Events& events_;
  Dir root_;
  LibraryPlaces places_;
  std::map<Inode, nlink_t> names_; // in this artifact, of files with several
  std::set<Inode> done_;
  PostprocessReport report_;
};

} // namespace

PostprocessReport postprocess(const PostprocessRequest& request, Events& events) {
  return Postprocessor(request, events).run();
}

} // namespace hdist
