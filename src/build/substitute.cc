// The $NAME of the job language (ORIGINAL.md 7.3), with the escape of the backslash that its
// documents promise.
#include "build/job.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

namespace hdist {

namespace {

bool starts_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool continues_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9');
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMaxShown = 200;
  return printable(text.size() > kMaxShown ? std::string(text.substr(0, kMaxShown)) + "..."
                                           : std::string(text));
}

Error bad_substitution(std::string_view text, std::size_t at) {
  Error error(
      ErrorKind::usage, "job.bad-substitution",
      fmt::format("\"{}\": expected a name after the '$' at character {}", shown(text), at + 1));
  error.advise({"Write \\$ for a dollar that the program is to see.", "", {}});
  return error;
}

/// The name after the '$' at `at`; `end` becomes the place after it and its braces.
std::string_view name_at(std::string_view text, std::size_t at, std::size_t& end) {
  const bool braces = text.substr(at + 1).starts_with('{');
  const std::size_t start = at + (braces ? 2 : 1);
  end = start;
  while (end < text.size() && (end == start ? starts_name(text[end]) : continues_name(text[end])))
    ++end;
  const std::string_view name = text.substr(start, end - start);
  if (name.empty() || (braces && !text.substr(end).starts_with('}')))
    throw bad_substitution(text, at);
  if (braces) ++end;
  return name;
}

} // namespace

std::string substitute(std::string_view text, const Env& env) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '$' || text[i + 1] == '\\');
    if (escapes) {
      out += text[i + 1];
      i += 2;
    } else if (text[i] == '$') {
      std::size_t end = 0;
      const std::string name(name_at(text, i, end));
      std::optional<std::string> value = env.get(name);
      if (!value)
        throw Error(ErrorKind::usage, "job.undefined-variable",
                    fmt::format("\"{}\": the variable {} is not set", shown(text), name));
      out += *value;
      i = end;
    } else {
      out += text[i++];
    }
  }
  return out;
}

} // namespace hdist
