// old_generations.h: which generations of the profiles of a root have had their time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hdist {

/// A generation stays when either rule wants it, when its profile leads to it, or when it is
/// pinned. Where the profile's link was removed, only the age counts.
struct GenerationRules {
  int64_t newest = 10;                  // so many of each profile
  int64_t age_s = int64_t{90} * 86'400; // and those made within this time; -1: all
  int64_t now_s = 0;                    // the time; 0: the clock's
  /// Of physical paths: something else than the profile needs it.
  std::function<bool(const std::string& path)> is_pinned;
};

/// "10, 90 days", as the configuration has it; what is not named keeps nothing by itself.
GenerationRules generation_rules(const std::string& text);

struct OldGeneration {
  std::string path;    // as it is registered as a root
  std::string profile; // the link that it was of; "" when unknown
  int64_t made_at_s = 0;
  int64_t size_bytes = 0;
};

/// Oldest first within a profile.
std::vector<OldGeneration> old_generations(const std::string& hdist_root,
                                           const GenerationRules& rules);
/// False when the profile was switched to it meanwhile, or it is gone.
bool remove_generation(const OldGeneration& generation);
/// Generations, and links to them beside the profiles' own, that were being made when their process
/// died: removed when a day old.
void remove_unfinished_generations(const std::string& hdist_root, int64_t now_s);

} // namespace hdist
