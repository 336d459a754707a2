// parser.h: the words of a command line to a command and its arguments (over CLI11).
#pragma once

#include "ui/command.h"

#include <string>
#include <vector>

namespace hdist {

struct ParsedLine {
  const CliCommand* command = nullptr; // nullptr: none given
  Arguments arguments;
  Arguments global;
  bool help = false;    // --help, -h
  bool version = false; // --version
};

/// `words` without the program's name. Options of all commands are accepted anywhere before `--`.
/// Error usage "usage.*" with the nearest right word.
ParsedLine parse_line(std::vector<std::string> words, const std::vector<CliCommand>& commands,
                      const std::vector<OptionInfo>& global);

/// What can be said of words that parse_line() refuses.
struct LineSketch {
  const CliCommand* command = nullptr;
  bool json = false;
};
LineSketch sketch_line(std::vector<std::string> words, const std::vector<CliCommand>& commands,
                       const std::vector<OptionInfo>& global);

} // namespace hdist
