// generations.h: the numbered generations behind one profile link, switched by one rename.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

class Generations {
public:
  /// For the link PATH (absolute): <root>/generations/<name>-<hash12 of PATH>/.
  Generations(const std::string& hdist_root, const std::string& link);
  std::vector<int64_t> list() const; // ascending
  std::optional<int64_t> current() const; // where the link leads, when it is one of ours
  std::string path_of(int64_t number) const;
  /// Publishes a filled staging directory as the next free number.
  int64_t add(Staging staging);
  const Dir& directory() const; // where staging directories are made
  /// Refuses (usage "profile.in-the-way") when something else than our symlink (or a dangling one of ours) stands at the link.
  void check_link() const;
  void switch_to(int64_t number);

private:
  std::string root_, link_, folder_;
  Dir dir_;
};

} // namespace hdist
