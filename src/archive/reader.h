// reader.h: what the module offers: the entries of an archive in order, with their data. And how it
// is loaded.
#pragma once

#include "archive/archive.h"
#include "archive/archive_file.h"

#include <ctime>

namespace hdist {

struct RawEntry {
  enum class Type { file, directory, symlink, hard_link, special };
  Type type = Type::file;
  std::string name; // as it stands in the archive
  std::string link; // target of a symlink or hard link
  bool executable = false;
  std::optional<int64_t> size; // of a file, holes included
  std::optional<timespec> modified;
};

struct RawBlock {
  int64_t offset = 0; // in the file; what lies between blocks is a hole
  std::string_view bytes;
};

/// Implemented in the module. Everything throws Error.
class EntryReader {
public:
  virtual ~EntryReader() = default;
  /// False when the archive's own end mark was reached.
  virtual bool next(RawEntry& entry) = 0;
  /// The next block of the entry's data, valid until the next call; false at its end.
  virtual bool read(RawBlock& block) = 0;
  /// To be called after the last entry: checks what follows and the checksums at the end.
  virtual void finish() = 0;
};

struct ReaderOptions {
  ArchiveKind kind;
  int64_t stream_bytes = 0;   // limit of the bytes after decompression, headers included
  bool is_no_archive = false; // one compressed file: read() gives its bytes, without a next()
};

/// Loads the module on the first call. `file` outlives the reader.
std::unique_ptr<EntryReader> open_reader(ArchiveFile& file, const ReaderOptions& options);

/// The one function that the module exports, "hdist_archive_open".
using OpenReaderFunction = EntryReader*(ArchiveFile&, const ReaderOptions&);

} // namespace hdist
