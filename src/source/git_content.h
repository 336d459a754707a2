// git_content.h: all that a commit gives, with its submodules, in the order of a directory's
// stream.
#pragma once

#include "model/source_key.h"
#include "source/git_objects.h"
#include "source/git_store.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct GitContentEntry {
  std::string path;                                   // below the top
  GitTreeEntry::Kind kind = GitTreeEntry::Kind::file; // a submodule is a directory
  std::string object;                                 // of a file or symlink
  std::size_t part = 0;
};

struct GitContent {
  /// The commit itself, then its submodules and theirs.
  struct Part {
    std::string commit;
    std::string repository; // the path of one that has it
    std::string path;       // below the top; "": the commit itself
  };
  std::vector<Part> parts;
  std::vector<GitContentEntry> entries; // directories before what is in them
};

/// Verified down from the commit's name; `repository` has it ("": one that keeps it). A submodule
/// that .gitmodules does not name is an empty directory. Errors as git_objects.h; refused
/// "source.too-large" for what no file system holds; failed "source.not-found" when a submodule is
/// not in the store.
GitContent list_git_content(const GitStore& store, const std::string& commit,
                            const std::string& repository, const std::stop_token& stop);

/// How files and links are taken, in order: begin, pieces of the content, end. Of a link the
/// content is its target, which a link can have.
class GitContentSink {
public:
  virtual ~GitContentSink() = default;
  virtual void begin(const GitContentEntry& entry) = 0;
  virtual void piece(std::string_view bytes) = 0;
  virtual void end() = 0; // the content is that of the object's name
};

struct GitContentSum {
  SourceKey tree;         // the dir: key of the directory that unpacking gives
  int64_t size_bytes = 0; // of files and links of the commit itself
};

/// Reads all of it; `sink` may be null: then everything is only compared with its names.
GitContentSum read_git_content(const GitStore& store, const GitContent& content,
                               GitContentSink* sink, const std::stop_token& stop);

/// Both at once, of a commit that is only read.
GitContentSum sum_of_commit(const GitStore& store, const std::string& commit,
                            const std::string& repository, const std::stop_token& stop);

} // namespace hdist
