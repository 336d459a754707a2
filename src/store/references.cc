#include "store/references.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tree.h"
#include "data/json.h"
#include "store/reference_search.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <numeric>

namespace hdist {

namespace {

constexpr std::string_view kOwnFolder = "_hashdist"; // build.json, log and file list: not content
constexpr std::size_t kPieceBytes = 128 << 10;       // stays in the cache between hash and search
constexpr int64_t kBatchBytes = 1 << 20;
constexpr std::size_t kBatchFiles = 64;

struct Place {
  int64_t offset = 0;
  int64_t length = 0;
  std::size_t target = 0;
};

/// What one pass over a file gives.
struct FileScan {
  Digest digest;
  int64_t size_bytes = 0;
  std::vector<Place> places;
  std::set<std::size_t> targets;
};

[[noreturn]] void throw_interrupted() {
  throw Error(ErrorKind::interrupted, "store.interrupted", "the scan was interrupted");
}

std::size_t read_piece(int fd, char* to, std::size_t size, const std::string& object) {
  while (true) {
    ssize_t count = ::read(fd, to, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_errno("read", object);
  }
}

/// Reads files through one buffer: some bytes of the piece before (a path may lie across the
/// border), then a new piece.
class FileScanner {
public:
  FileScanner(const ReferenceSearch& search, std::stop_token stop)
      : search_(search), stop_(std::move(stop)),
        size_(search.left_context() + search.right_context() + kPieceBytes),
        buffer_(std::make_unique_for_overwrite<char[]>(size_)) {}

  FileScan scan(const Fd& fd, const std::string& object) {
    FileScan scan;
    Sha256 hash;
    std::size_t filled = 0;    // bytes in the buffer
    std::size_t begin = 0;     // where the search goes on
    int64_t buffer_offset = 0; // of the buffer's first byte in the file
    for (bool more = true; more;) {
      if (stop_.stop_requested()) throw_interrupted();
      std::size_t count = read_piece(fd.get(), buffer_.get() + filled, size_ - filled, object);
      hash.update({buffer_.get() + filled, count});
      scan.size_bytes += static_cast<int64_t>(count);
      filled += count;
      more = count > 0;
      // What a slash is followed by must be there too, but at the end of the file.
      std::size_t end = more ? filled - std::min(filled, search_.right_context()) : filled;
      search_.search({buffer_.get(), filled}, begin, std::max(begin, end), found_);
      note(buffer_offset, scan);
      begin = std::max(begin, end);
      std::size_t used = begin - std::min(begin, search_.left_context());
      std::memmove(buffer_.get(), buffer_.get() + used, filled - used);
      filled -= used;
      begin -= used;
      buffer_offset += static_cast<int64_t>(used);
    }
    scan.digest = hash.finish();
    return scan;
  }

private:
  void note(int64_t buffer_offset, FileScan& scan) {
    for (const FoundReference& found : found_) {
      scan.targets.insert(found.target);
      if (found.length == 0) continue;
      scan.places.push_back({.offset = buffer_offset + static_cast<int64_t>(found.offset),
                             .length = static_cast<int64_t>(found.length),
                             .target = found.target});
    }
    found_.clear();
  }

  const ReferenceSearch& search_;
  std::stop_token stop_;
  std::size_t size_;
  std::unique_ptr<char[]> buffer_;
  std::vector<FoundReference> found_;
};

std::vector<TreeEntry> entries_of(const Dir& root, const std::stop_token& stop) {
  std::vector<TreeEntry> entries;
  walk_tree(
      root,
      [&](const Dir&, const TreeEntry& entry) {
        if (stop.stop_requested()) throw_interrupted();
        if (entry.path == kOwnFolder) return;
        if (entry.type == EntryType::other)
          throw Error(ErrorKind::failed, "store.special-file",
                      fmt::format("{} is no file, directory or link (a socket, pipe or device?): "
                                  "an artifact cannot keep it",
                                  printable(join_path(root.path(), entry.path))));
        entries.push_back(entry);
      },
      [](const TreeEntry& entry) { return entry.path != kOwnFolder; });
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
  return entries;
}

/// Indices of files in groups that are worth a turn of a thread; the largest files first, so that
/// none is left for the end.
std::vector<std::vector<std::size_t>> batches_of(const std::vector<TreeEntry>& entries) {
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].type == EntryType::file) files.push_back(i);
  std::stable_sort(files.begin(), files.end(), [&](std::size_t a, std::size_t b) {
    return entries[a].stat.st_size > entries[b].stat.st_size;
  });
  std::vector<std::vector<std::size_t>> batches;
  int64_t bytes = kBatchBytes;
  for (std::size_t file : files) {
    if (bytes >= kBatchBytes || batches.back().size() >= kBatchFiles) {
      batches.emplace_back();
      bytes = 0;
    }
    batches.back().push_back(file);
    bytes += entries[file].stat.st_size;
  }
  return batches;
}

void add_text(Value& line, const std::string& key, const std::string& key_b64,
              const std::string& text) {
  if (is_valid_utf8(text))
    line.set(key, text);
  else
    line.set(key_b64, base64_encode(text));
}

Value places_value(const FileScan& scan, const std::vector<ArtifactId>& targets) {
  Value list = Value::list();
  for (const Place& place : scan.places) {
    Value triple = Value::list();
    triple.push(place.offset);
    triple.push(place.length);
    triple.push(place.target == 0 ? std::string("self") : targets[place.target].str());
    list.push(std::move(triple));
  }
  return list;
}

std::string line_of(const TreeEntry& entry, const FileScan& scan,
                    const std::vector<ArtifactId>& targets) {
  Value line = Value::map();
  add_text(line, "path", "name_b64", entry.path);
  if (entry.type == EntryType::symlink) {
    line.set("type", "l");
    add_text(line, "target", "target_b64", entry.target);
  } else {
    line.set("type", entry.type == EntryType::directory ? "d" : "f");
    line.set("mode", fmt::format("{:04o}", entry.stat.st_mode & 07777));
  }
  if (entry.type == EntryType::file) {
    line.set("size", scan.size_bytes);
    line.set("sha256", scan.digest.base32());
    if (!scan.places.empty()) line.set("places", places_value(scan, targets));
  }
  return canonical_json(line) + "\n";
}

FileScan scan_target(const ReferenceSearch& search, std::string_view target) {
  std::vector<FoundReference> found;
  search.search(target, 0, target.size(), found);
  FileScan scan;
  for (const FoundReference& reference : found)
    scan.targets.insert(reference.target);
  return scan;
}

FileScan scan_file(const Dir& root, const TreeEntry& entry, FileScanner& scanner) {
  std::string object = join_path(root.path(), entry.path);
  Fd fd = root.open_file(entry.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  FileScan scan = scanner.scan(fd, object);
  if (scan.size_bytes == entry.stat.st_size) return scan;
  throw Error(ErrorKind::failed, "store.changing",
              fmt::format("{} had {} bytes and now has {}: something still writes into the "
                          "finished artifact",
                          printable(object), entry.stat.st_size, scan.size_bytes));
}

} // namespace

ScanResult scan_artifact(const Dir& root, const ScanOptions& options, std::stop_token stop) {
  ReferenceSearch search(options);
  std::vector<TreeEntry> entries = entries_of(root, stop);
  std::vector<FileScan> scans(entries.size());
  std::vector<std::vector<std::size_t>> batches = batches_of(entries);
  parallel_for(batches.size(), options.threads, [&](std::size_t batch) {
    FileScanner scanner(search, stop);
    for (std::size_t file : batches[batch])
      scans[file] = scan_file(root, entries[file], scanner);
  });

  ScanResult result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].type == EntryType::symlink) scans[i] = scan_target(search, entries[i].target);
    result.lines += line_of(entries[i], scans[i], search.targets());
    result.file_count += entries[i].type == EntryType::file ? 1 : 0;
    result.size_bytes += scans[i].size_bytes;
    for (std::size_t target : scans[i].targets)
      if (target != 0) result.references.insert(search.targets()[target]);
  }
  result.digest = sha256(result.lines);
  return result;
}

std::set<ArtifactId> references_in(std::string_view text, const ScanOptions& options) {
  ReferenceSearch search(options);
  std::set<ArtifactId> references;
  for (std::size_t target : scan_target(search, text).targets)
    if (target != 0) references.insert(search.targets()[target]);
  return references;
}

} // namespace hdist
