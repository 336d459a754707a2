// generations.h: the numbered generations behind one profile link, switched by one rename.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// The series of generations of one link; docs/profile-format.md, section 1. Nothing is made before
/// directory() is asked for.
class Generations {
public:
  /// For the link PATH (absolute). The series that PATH leads to, when it is of this root and no
  /// other link's; so a home that was moved keeps its series. Else the one of PATH's name and hash,
  /// taken relative to the root where PATH lies below it.
  Generations(const std::string& hdist_root, const std::string& link);
  std::vector<int64_t> list() const;      // ascending
  std::optional<int64_t> current() const; // where the link leads, or led before a move
  bool link_holds() const;                // the link really leads to current()
  int64_t next() const;                   // what add() would give now
  std::string path_of(int64_t number) const;
  /// Publishes a filled staging directory as the next free number.
  int64_t add(Staging staging);
  /// Makes the directory of the next free number, empty, for what has to be made at its final path;
  /// discard() takes it back, and says whether it is gone: not when the link leads to it.
  int64_t reserve();
  bool discard(int64_t number) noexcept;
  const Dir& directory(); // where staging directories are made
  /// Refuses (usage "profile.in-the-way") when something else than our symlink (or a dangling one
  /// of ours) stands at the link, and throws the system's error where no link can be made.
  void check_link() const;
  /// Until the descriptor is closed no other process has its turn to look and switch. It saves an
  /// equal generation, no more: it is not waited for long, and where locks do not work it is no
  /// error.
  Fd take_turn();
  void switch_to(int64_t number);

private:
  void check_in_the_way() const;
  std::string root_, link_, folder_;
  std::optional<Dir> dir_;
};

/// By its physical path: ".../generations/<folder>/<number>".
bool is_generation(const std::string& path);
/// Whether `link` is the one that is switched between the generations of this one's series.
bool is_switched_link(const std::string& link, const std::string& generation);
/// Whether the links that begin at `path` pass through the switched link of the generation at their
/// end: else they lead to that generation for good, or to none.
bool follows_switches(const std::string& path);

/// Every generation of every profile below the root, as absolute paths.
std::vector<std::string> all_generations(const std::string& hdist_root);

} // namespace hdist
