#include "ui/input.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/named_file.h"
#include "base/text.h"

#include <fmt/format.h>

#include <unistd.h>

namespace hdist {

InputText read_input(const Arguments& arguments, const std::string& name, const InputKind& kind) {
  const std::string file = arguments.value_or(name, "-");
  if (file != "-") {
    std::optional<std::string> text = read_named_file(absolute_path(file), kind.limit, Pipes::any);
    if (!text)
      throw Error(ErrorKind::usage, kind.code,
                  fmt::format("there is no file {}; {} is expected", printable(file), kind.what));
    return {file, std::move(*text)};
  }
  if (isatty(STDIN_FILENO) == 1) {
    Error error(ErrorKind::usage, kind.code,
                fmt::format("{} is expected on standard input, which is a terminal", kind.what));
    error.advise({"to build a stack", "update", {"STACK"}});
    throw error;
  }
  return {"<stdin>", read_all(STDIN_FILENO, kind.limit, "standard input")};
}

} // namespace hdist
