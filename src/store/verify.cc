#include "store/verify.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tree.h"
#include "data/compress.h"
#include "data/json.h"
#include "model/build_spec.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr const char* kList = "_hashdist/files.zst";
constexpr const char* kSpec = "_hashdist/build.json";
constexpr int64_t kMostOfList = int64_t{4} << 30;
constexpr mode_t kModeBits = 07777;

struct Listed {
  EntryType type = EntryType::file;
  mode_t mode = 0;
  int64_t size_bytes = 0;
  std::string sha256;
  std::string target;
};
using FileList = std::map<std::string, Listed>;

std::string text_of(const Value& line, const char* name, const char* name_b64) {
  if (const Value* text = line.find(name)) return *text->if_string();
  const Value* encoded = line.find(name_b64);
  const std::optional<std::string> text =
      encoded != nullptr ? base64_decode(*encoded->if_string()) : std::nullopt;
  if (!text) throw Error(ErrorKind::failed, "store.bad-list", "a line has no path");
  return *text;
}

Listed listed_of(const Value& line) {
  Listed listed;
  const std::string type = *line.find("type")->if_string();
  listed.type = type == "d"   ? EntryType::directory
                : type == "l" ? EntryType::symlink
                              : EntryType::file;
  if (listed.type == EntryType::symlink) {
    listed.target = text_of(line, "target", "target_b64");
    return listed;
  }
  const std::string& mode = *line.find("mode")->if_string();
  constexpr int kOctal = 8;
  std::from_chars(mode.data(), mode.data() + mode.size(), listed.mode, kOctal);
  if (listed.type != EntryType::file) return listed;
  listed.size_bytes = line.find("size")->if_integer()->as_int64().value_or(0);
  listed.sha256 = *line.find("sha256")->if_string();
  return listed;
}

/// Of text that the record's digest names, so that its lines are in order.
FileList read_lines(const std::string& lines) {
  FileList list;
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    const Value line = parse_json(std::string(rest.substr(0, end)), kList);
    list.emplace(text_of(line, "path", "name_b64"), listed_of(line));
    rest.remove_prefix(end + 1);
  }
  return list;
}

/// Error when it is not the list that the record names.
FileList read_list(const Dir& root, const ArtifactRecord& record) {
  const std::string lines = zstd_decompress(root.read_file(kList, kMostOfList), kMostOfList);
  if (sha256(lines) != record.files)
    throw Error(ErrorKind::failed, "store.bad-list", "it is not the list that the record names");
  return read_lines(lines);
}

std::string type_text(EntryType type) {
  switch (type) {
  case EntryType::file:
    return "file";
  case EntryType::directory:
    return "directory";
  case EntryType::symlink:
    return "link";
  case EntryType::other:
    break;
  }
  return "special file";
}

class Verification {
public:
  Verification(const Dir& root, const ArtifactRecord& record, const VerifyOptions& options)
      : root_(root), record_(record), options_(options) {}

  VerifyResult run() {
    check_spec();
    std::optional<FileList> list;
    try {
      list = read_list(root_, record_);
    } catch (const Error& error) {
      note(Damage::Kind::list, kList, error.message());
    }
    if (list) compare(*list);
    std::sort(result_.damage.begin(), result_.damage.end(),
              [](const Damage& a, const Damage& b) { return a.path < b.path; });
    return std::move(result_);
  }

private:
  void note(Damage::Kind kind, const std::string& path, std::string detail) {
    const std::lock_guard lock(mutex_);
    result_.damage.push_back({.kind = kind, .path = path, .detail = std::move(detail)});
  }

  void check_spec() {
    try {
      const BuildSpec spec = BuildSpec::read(read_json(kSpec, root_.read_file(kSpec)));
      if (spec.id() != record_.id)
        note(Damage::Kind::spec, kSpec, "it is the spec of " + spec.id().str());
    } catch (const Error& error) {
      note(Damage::Kind::spec, kSpec, error.message());
    }
  }

  void compare(const FileList& list) {
    std::map<std::string, TreeEntry> found;
    try {
      walk_tree(
          root_,
          [&](const Dir&, const TreeEntry& entry) {
            throw_if_stopped();
            if (entry.path != kOwnFolder) found.emplace(entry.path, entry);
          },
          [](const TreeEntry& entry) { return entry.path != kOwnFolder; });
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      return note(Damage::Kind::unreadable, ".", error.message());
    }
    for (const auto& [path, entry] : found)
      if (!list.contains(path)) note(Damage::Kind::added, path, type_text(entry.type));
    std::vector<std::pair<const std::string*, const Listed*>> to_read;
    for (const auto& [path, listed] : list) {
      const auto entry = found.find(path);
      if (entry == found.end())
        note(Damage::Kind::missing, path, type_text(listed.type));
      else if (compare_entry(path, listed, entry->second))
        to_read.emplace_back(&path, &listed);
    }
    result_.file_count = static_cast<int64_t>(list.size());
    if (options_.quick) return;
    parallel_for(to_read.size(), options_.threads, [&](std::size_t i) {
      throw_if_stopped();
      compare_content(*to_read[i].first, *to_read[i].second);
    });
  }

  /// True for a file whose content is worth a look.
  bool compare_entry(const std::string& path, const Listed& listed, const TreeEntry& entry) {
    if (entry.type != listed.type) {
      note(Damage::Kind::type, path,
           fmt::format("a {} instead of a {}", type_text(entry.type), type_text(listed.type)));
      return false;
    }
    if (listed.type == EntryType::symlink) {
      if (entry.target != listed.target)
        note(Damage::Kind::target, path,
             fmt::format("leads to {} instead of {}", entry.target, listed.target));
      return false;
    }
    const mode_t mode = entry.stat.st_mode & kModeBits;
    if (mode != listed.mode)
      note(Damage::Kind::mode, path, fmt::format("{:04o} instead of {:04o}", mode, listed.mode));
    if (listed.type == EntryType::directory) return false;
    if (entry.stat.st_size == listed.size_bytes) return true;
    note(Damage::Kind::size, path,
         fmt::format("{} bytes instead of {}", entry.stat.st_size, listed.size_bytes));
    return false;
  }

  void compare_content(const std::string& path, const Listed& listed) {
    try {
      const Fd file = root_.open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
      if (sha256_of_fd(file.get(), join_path(root_.path(), path)).base32() != listed.sha256)
        note(Damage::Kind::content, path, "other bytes than it was made with");
      const std::lock_guard lock(mutex_);
      result_.read_bytes += listed.size_bytes;
    } catch (const Error& error) {
      note(Damage::Kind::unreadable, path, error.message());
    }
  }

  void throw_if_stopped() const {
    if (options_.stop.stop_requested())
      throw Error(ErrorKind::interrupted, "store.interrupted", "interrupted while verifying");
  }

  const Dir& root_;
  const ArtifactRecord& record_;
  const VerifyOptions& options_;
  std::mutex mutex_;
  VerifyResult result_;
};

} // namespace

VerifyResult verify_artifact(const Dir& root, const ArtifactRecord& record,
                             const VerifyOptions& options) {
  return Verification(root, record, options).run();
}

void restore_modes(const Dir& root, const ArtifactRecord& record,
                   const std::vector<Damage>& damage) {
  const FileList list = read_list(root, record);
  for (const Damage& one : damage)
    if (auto listed = list.find(one.path); listed != list.end())
      root.set_mode(one.path, listed->second.mode);
}

const char* damage_text(Damage::Kind kind) {
  switch (kind) {
  case Damage::Kind::missing:
    return "missing";
  case Damage::Kind::added:
    return "added";
  case Damage::Kind::type:
    return "type";
  case Damage::Kind::mode:
    return "mode";
  case Damage::Kind::size:
    return "size";
  case Damage::Kind::content:
    return "content";
  case Damage::Kind::target:
    return "target";
  case Damage::Kind::list:
    return "list";
  case Damage::Kind::spec:
    return "spec";
  case Damage::Kind::unreadable:
    return "unreadable";
  }
  return "";
}

} // namespace hdist
