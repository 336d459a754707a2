#include "build/first_error.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace hdist {

namespace {

constexpr std::size_t kMaxLine = 500;

bool has(std::string_view line, std::string_view text) {
  return line.find(text) != std::string_view::npos;
}

/// `word` at the start of the line or after a blank or bracket: not the end of another word, nor in
/// quotes.
bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '[' || line[at - 1] == '\t') return true;
  return false;
}

/// What the programs that build software print for errors, and for nothing else.
bool is_sure(std::string_view line) {
  constexpr std::array<std::string_view, 4> kWords{"error: ", "ERROR: ", "error[E", "Error: "};
  constexpr std::array<std::string_view, 7> kPhrases{
      "undefined reference to ",    "cannot find -l",          "CMake Error",
      "*** No rule to make target", "No space left on device", "internal compiler error",
      "*** missing separator"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return has_word(line, word); }) ||
         std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](std::string_view phrase) { return has(line, phrase); });
}

/// What may be harmless in the middle of a build, but is the cause when it comes last.
bool is_likely(std::string_view line) {
  constexpr std::array<std::string_view, 7> kPhrases{
      "No such file or directory", "command not found",      ": not found",   "Permission denied",
      "Segmentation fault",        "Cannot allocate memory", "cannot execute"};
  return line == "Killed" || line.ends_with(" Killed") ||
         std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](std::string_view phrase) { return has(line, phrase); });
}

bool is_make_error(std::string_view line) {
  return line.starts_with("make") && has(line, ": *** ");
}

std::string kept(std::string_view line) {
  return std::string(line.substr(0, kMaxLine));
}

} // namespace

void FirstErrorFinder::add(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' '))
    line.remove_suffix(1);
  if (!sure_.empty()) return;
  if (line.starts_with("Traceback (most recent call last)")) {
    in_traceback_ = true;
  } else if (in_traceback_) {
    // Its frames are indented; the line after them is the exception.
    if (line.empty() || line.front() == ' ') return;
    in_traceback_ = false;
    sure_ = kept(line);
  } else if (is_sure(line)) {
    sure_ = kept(line);
  } else if (is_make_error(line)) {
    if (make_.empty()) make_ = kept(line);
  } else if (is_likely(line) && !has_word(line, "warning:")) {
    likely_ = kept(line);
  }
}

const std::string& FirstErrorFinder::found() const {
  if (!sure_.empty()) return sure_;
  return likely_.empty() ? make_ : likely_;
}

} // namespace hdist
