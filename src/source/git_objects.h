// git_objects.h: objects read from a repository, each compared with the name it was asked by.
#pragma once

#include "source/git_program.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// How an object is taken: begin, pieces of its content in order, end; `index` is its place in the
/// list of names.
class GitObjectSink {
public:
  virtual ~GitObjectSink() = default;
  virtual void begin(std::size_t index, const std::string& type, int64_t size_bytes) = 0;
  virtual void piece(std::string_view bytes) = 0;
  virtual void end() = 0; // the content is that of the name
};

/// Reads the objects with these names (40 digits each), in order. Errors failed "source.corrupt"
/// when one is missing or is not what its name says; "git.failed" when git ended for a reason that
/// says nothing about them.
void read_git_objects(const GitProgram& program, const std::string& repository,
                      const std::vector<std::string>& names, GitObjectSink& sink,
                      const std::stop_token& stop);

/// Whole objects of one type, of at most `limit_bytes` together.
std::vector<std::string> load_git_objects(const GitProgram& program, const std::string& repository,
                                          const std::vector<std::string>& names,
                                          const std::string& type, const std::stop_token& stop);

struct GitTreeEntry {
  enum class Kind { file, executable, symlink, directory, submodule };
  Kind kind = Kind::file;
  std::string name;
  std::string object; // 40 digits
};
/// Error failed "source.corrupt" for what is no tree; refused "source.unsafe-path" for names like
/// "..", "a/b" and ".git", and for one name twice.
std::vector<GitTreeEntry> parse_git_tree(std::string_view bytes, const std::string& of);
/// The tree of a commit.
std::string parse_git_commit(std::string_view bytes, const std::string& commit);

} // namespace hdist
