// trial_dir.h: a private directory for what is only tried, and its removal when the process died.
#pragma once

#include "base/dir.h"

#include <string>

namespace hdist {

/// <parent>/trial-<random>, mode 0700: no other user can look at what is in it, or put anything in
/// its place where `parent` is a place for builds (make_temp_dir). Destroying it removes it; one of
/// a process that died goes when the next is made there.
class TrialDir {
public:
  explicit TrialDir(const std::string& parent);
  ~TrialDir();
  TrialDir(const TrialDir&) = delete;
  TrialDir& operator=(const TrialDir&) = delete;
  std::string sub(const std::string& name) const;

private:
  Dir parent_;
  std::string name_;
};

} // namespace hdist
