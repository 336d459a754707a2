// unpack_target.h: the directory that something is unpacked to: complete or untouched.
#pragma once

#include "base/dir.h"

#include <optional>
#include <string>

namespace hdist {

class UnpackTarget {
public:
  /// `path` is absent (its parents are made), an empty directory, or with `into_existing` any
  /// directory. Errors usage "source.target-not-empty", "source.target-no-directory".
  UnpackTarget(const std::string& path, bool into_existing);
  /// For a single file: an existing directory gets it as "source", else `path` is the file's own;
  /// links are not followed.
  static UnpackTarget for_file(const std::string& path, bool into_existing);
  /// What the single file is to be called in dir().
  const std::string& file_name() const { return file_name_; }
  /// Empty; to be filled, then publish().
  const Dir& dir() const { return staging_->dir(); }
  /// Everything appears at the target. What is there under a name of a staged file is Error usage
  /// "source.target-exists", and nothing is changed; directories merge.
  void publish() &&;

private:
  std::string path_;
  std::string file_name_ = "source";
  std::string name_; // of the target beside the staging; empty: the staging is in the target
  std::optional<Dir> place_; // the directory that the staging is in
  std::optional<Staging> staging_;
};

} // namespace hdist
