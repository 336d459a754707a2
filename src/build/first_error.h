// first_error.h: which line of a build's output says what went wrong.
#pragma once

#include <string>
#include <string_view>

namespace hdist {

/// Reads the lines of one command. Memory does not grow with them.
class FirstErrorFinder {
public:
  void add(std::string_view line);
  /// The first line that a compiler, linker, CMake, configure or Python writes only for an error.
  /// Without one: the last line that often is the cause ("command not found"), else make's own. ""
  /// when there is none of these.
  const std::string& found() const;

private:
  std::string sure_;
  std::string likely_;
  std::string make_;
  bool in_traceback_ = false;
};

} // namespace hdist
