// trial_dir.h: a private directory for what is only tried, and its removal when the process died.
#pragma once

#include "base/dir.h"

#include <string>
#include <string_view>
#include <vector>

namespace hdist {

constexpr std::string_view kTrial = "trial-";

/// <parent>/<prefix><random>, mode 0700: no other user can look at what is in it, or put anything
/// in its place where `parent` is a place for builds (make_temp_dir). Destroying it removes it; one
/// of a process that died goes when the next is made there, and from the place for builds also with
/// clean_builds().
class TrialDir {
public:
  enum class OfTheDead { go, stay }; // stay: somebody else looks for them, now and then
  explicit TrialDir(const std::string& parent, std::string_view prefix = kTrial);
  TrialDir(const Dir& parent, std::string_view prefix, OfTheDead others);
  explicit TrialDir(const Dir& parent, std::string_view prefix = kTrial);
  ~TrialDir();
  TrialDir(const TrialDir&) = delete;
  TrialDir& operator=(const TrialDir&) = delete;
  std::string sub(const std::string& name) const;
  const std::string& name() const { return name_; }
  /// From now on it is called <prefix><random>, with another prefix.
  void rename(std::string_view prefix);
  /// Removes it now.
  void remove();
  /// It stays, and is one of the dead as soon as this process has ended.
  void leave(bool is_left = true) { is_left_ = is_left; }

private:
  Dir parent_;
  std::string name_;
  bool is_left_ = false;
};

/// The names of those in `parent` that are this user's, and of processes that died.
std::vector<std::string> dead_trials(const Dir& parent, std::string_view prefix = kTrial);
/// One of these, unless it has got an owner since, who lives.
void remove_dead_trial(const Dir& parent, const std::string& name);
/// All of them. Never throws.
void remove_dead_trials(const Dir& parent, std::string_view prefix = kTrial) noexcept;
/// Only those whose process ran on this machine since it was started.
bool is_dead_trial_of_this_boot(const Dir& parent, const std::string& name);
/// What says whose it is goes last, so that it is known when this process dies meanwhile.
void remove_trial(const Dir& parent, const std::string& name);

} // namespace hdist
