// unpack_target.h: the directory that something is unpacked to: complete or untouched.
#pragma once

#include "base/dir.h"
#include "base/trial_dir.h"

#include <memory>
#include <optional>
#include <string>

namespace hdist {

class UnpackTarget {
public:
  /// `path` is absent (its parents are made), an empty directory, or with `into_existing` any
  /// directory. Errors usage "source.target-not-empty", "source.target-busy" when another process
  /// unpacks something there, "source.target-no-directory". `content`
  /// names what is to be unpacked. What processes that died have left there is removed.
  UnpackTarget(const std::string& path, bool into_existing, std::string content);
  /// For a single file: an existing directory gets it as "source", else `path` is the file's own;
  /// links are not followed.
  static UnpackTarget for_file(const std::string& path, bool into_existing, std::string content);
  /// A process died while it published the same content in that directory: the rest of it has been
  /// moved now, and nothing is to be done.
  bool is_finished() const { return is_finished_; }
  /// What the single file is to be called in dir().
  const std::string& file_name() const { return file_name_; }
  /// Empty; to be filled, then publish().
  const Dir& dir() const { return *tree_; }
  /// Everything appears at the target. What is there under a name of a staged file is Error usage
  /// "source.target-exists", and nothing is changed; directories merge.
  void publish() &&;

private:
  bool finish_publishing() const;
  void publish_in_pieces();

  std::string path_;
  std::string file_name_ = "source";
  std::string content_;
  bool was_empty_ = false; // nothing else may be in it
  bool is_finished_ = false;
  std::string name_; // of the target beside the staging; empty: the staging is in the target
  std::optional<Dir> place_; // the directory that the staging is in
  std::unique_ptr<TrialDir> staging_;
  std::optional<Dir> tree_; // in that
};

} // namespace hdist
