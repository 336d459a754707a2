// input.h: a document that a command reads from a file or from standard input.
#pragma once

#include "ui/command.h"

#include <cstdint>
#include <string>

namespace hdist {

struct InputText {
  std::string name; // as given, or "<stdin>"
  std::string text;
};

/// What a command expects, for messages.
struct InputKind {
  std::string what;  // "a build spec (JSON)"
  std::string code;  // "build.no-spec"
  int64_t limit = 0; // bytes
};

/// The positional `name`: a file; "-" or nothing is standard input. Error usage `kind.code` when
/// there is no such file, or when standard input is a terminal.
InputText read_input(const Arguments& arguments, const std::string& name, const InputKind& kind);

} // namespace hdist
