#include "build/first_error.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kMaxLine = 500;
constexpr std::size_t kAround = 2;
constexpr std::size_t kFirstKept = 20; // of the candidates
constexpr std::size_t kLastKept = 100;
constexpr int64_t kGroupGap = 30; // lines between two errors that stand together

bool has(std::string_view line, std::string_view text) {
  return line.find(text) != std::string_view::npos;
}

bool has_any(std::string_view line, std::span<const std::string_view> texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](std::string_view text) { return has(line, text); });
}

/// `word` at the start of the line or after a blank or bracket: not the end of another word, nor in
/// quotes.
bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '[' || line[at - 1] == '\t') return true;
  return false;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "   12 | return x;": the source, as compilers quote it.
bool is_quoted_source(std::string_view line) {
  std::size_t at = line.find_first_not_of(' ');
  const std::size_t number = at;
  while (at < line.size() && is_digit(line[at]))
    ++at;
  return at != std::string_view::npos && at > number && line.substr(at).starts_with(" |");
}

/// Says no error, whatever words it has.
bool is_harmless(std::string_view line) {
  constexpr std::array<std::string_view, 3> kPhrases{"warning:", "Warning:", "WARNING:"};
  const bool probe = line.starts_with("checking ") && !has(line, "configure: error:");
  return probe || is_quoted_source(line) || has_any(line, kPhrases) ||
         line.starts_with("configure: error: in `"); // the next line says what
}

/// "ModuleNotFoundError: No module", "yaml.scanner.ScannerError: ...", as Python ends.
bool is_python_exception(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && (is_word(line[end]) || line[end] == '.'))
    ++end;
  const std::string_view name = line.substr(0, end);
  return (name.ends_with("Error") || name.ends_with("Exception")) && name.size() > 5 &&
         (end == line.size() || line.substr(end).starts_with(": "));
}

/// What the programs that build software print for errors, and for nothing else.
bool is_sure(std::string_view line) {
  constexpr std::array<std::string_view, 5> kWords{"error: ", "ERROR: ", "error[E",
                                                   "Error: ", "CMake Error"};
  constexpr std::array<std::string_view, 13> kPhrases{"undefined reference to ",
                                                      "cannot find -l",
                                                      "multiple definition of ",
                                                      "can not be used when making",
                                                      "final link failed",
                                                      "*** No rule to make target",
                                                      "*** missing separator",
                                                      "No space left on device",
                                                      "internal compiler error",
                                                      "virtual memory exhausted",
                                                      "out of memory allocating",
                                                      "(core dumped)",
                                                      "Can't locate "};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return has_word(line, word); }) ||
         has_any(line, kPhrases) || is_python_exception(line);
}

/// What may be harmless in the middle of a build, but is the cause when it comes last.
bool is_likely(std::string_view line) {
  constexpr std::array<std::string_view, 15> kPhrases{"No such file or directory",
                                                      "command not found",
                                                      ": not found",
                                                      "Permission denied",
                                                      "Operation not permitted",
                                                      "Read-only file system",
                                                      "Disk quota exceeded",
                                                      "Segmentation fault",
                                                      "Cannot allocate memory",
                                                      "ut of memory",
                                                      "bad_alloc",
                                                      "Assertion `",
                                                      "cannot execute",
                                                      "bad interpreter",
                                                      "***Failed"};
  return line == "Killed" || line == "Aborted" || line.ends_with(" Killed") ||
         line.starts_with("FAIL: ") || has_any(line, kPhrases);
}

std::string kept(std::string_view line) {
  return std::string(line.substr(0, kMaxLine));
}

/// "[Makefile:7: src/part_3.o] Error 1": "part_3". Of a path without folder and endings.
std::string stem_of(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  return std::string(path.substr(0, path.find('.')));
}

/// The file `<stem>.something`, or of this name in brackets or quotes.
bool names_file(std::string_view line, std::string_view stem) {
  for (std::size_t at = line.find(stem); at != std::string_view::npos; at = line.find(stem, at + 1))
    if ((at == 0 || !is_word(line[at - 1])) && line.substr(at + stem.size()).starts_with('.'))
      return true;
  return false;
}

/// "make[2]: *** " or "gmake: *** ": 2, 0. Nothing for other lines.
std::optional<int> make_level(std::string_view line) {
  if (line.starts_with('g')) line.remove_prefix(1);
  if (!line.starts_with("make")) return std::nullopt;
  line.remove_prefix(4);
  int level = 0;
  if (line.starts_with('[')) {
    const std::size_t end = line.find(']');
    const std::optional<int64_t> number = end == std::string_view::npos
                                              ? std::nullopt
                                              : parse_int(std::string(line.substr(1, end - 1)));
    if (!number) return std::nullopt;
    level = static_cast<int>(*number);
    line.remove_prefix(end + 1);
  }
  return line.starts_with(": ") ? std::optional(level) : std::nullopt;
}

bool is_of_make(std::string_view line) {
  return make_level(line).has_value();
}

} // namespace

FirstErrorFinder::Candidate FirstErrorFinder::candidate(Grade grade, std::string_view line) const {
  Candidate result;
  result.grade = grade;
  result.error = {kept(line), number_, {recent_.begin(), recent_.end()}, {}};
  result.includer = includer_;
  result.of_cmake = line.starts_with("CMake Error");
  return result;
}

void FirstErrorFinder::add(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' '))
    line.remove_suffix(1);
  ++number_;
  const auto add_after = [&](Candidate& earlier) {
    const int64_t distance = number_ - earlier.error.number;
    if (distance >= 1 && distance <= static_cast<int64_t>(kAround))
      earlier.error.after.push_back(kept(line));
  };
  for (std::size_t i = candidates_.size(); i > 0 && i + kAround > candidates_.size(); --i)
    add_after(candidates_[i - 1]);
  if (given_up_) {
    add_after(given_up_->itself);
    add_after(given_up_->before_it);
  }

  take_state(line);
  if (!take_given_up(line))
    if (std::optional<Grade> grade = grade_of(line)) {
      candidates_.push_back(candidate(*grade, line));
      if (candidates_.size() > kFirstKept + kLastKept) {
        candidates_.erase(candidates_.begin() + kFirstKept);
        candidates_[kFirstKept].follows_dropped = true;
      }
    }
  recent_.push_back(kept(line));
  if (recent_.size() > kAround) recent_.pop_front();
}

/// What the lines after it depend on.
void FirstErrorFinder::take_state(std::string_view line) {
  if (line.starts_with("In file included from ")) {
    includer_ = kept(line);
  } else if (!line.starts_with(' ')) {
    const bool belongs = has(line, "error") || line.starts_with("compilation");
    if (!belongs) includer_.clear();
  }
  if (line.starts_with("make: *** Waiting for unfinished jobs") ||
      line.starts_with("gmake: *** Waiting for unfinished jobs")) {
    make_ended_ = false;
    make_waits_ = true;
  }
  // With -k make goes on after the first.
  if (is_of_make(line) && line.ends_with("not remade because of errors.")) {
    if (given_up_earlier_) given_up_ = std::exchange(given_up_earlier_, std::nullopt);
    make_ended_ = false;
  }
}

bool FirstErrorFinder::take_given_up(std::string_view line) {
  const bool ninja = line.starts_with("FAILED: ");
  const std::optional<int> level = make_level(line);
  const std::size_t bracket = line.find("*** [");
  if (!ninja && (!level || bracket == std::string_view::npos)) return false;
  if (!given_up_ || make_ended_) {
    if (given_up_ && !given_up_earlier_) given_up_earlier_ = std::move(given_up_);
    GivenUp found;
    found.of_ninja = ninja;
    found.itself = candidate(Grade::sure, line);
    if (!recent_.empty()) {
      found.before_it.error = {recent_.back(), number_ - 1, {}, {kept(line)}};
      if (recent_.size() > 1) found.before_it.error.before = {recent_.front()};
    }
    if (ninja) {
      const std::string_view target = line.substr(std::string_view("FAILED: ").size());
      found.target = stem_of(target.substr(0, target.find(' ')));
    } else {
      std::string_view target = line.substr(bracket + 5);
      target = target.substr(0, target.find(']'));
      target = target.substr(target.rfind(' ') + 1);
      found.target = stem_of(target);
      found.by_signal = !has(line, "] Error ");
    }
    given_up_ = std::move(found);
    make_ended_ = false;
  }
  if (level && *level == 0 && !make_waits_) make_ended_ = true;
  return true;
}

std::optional<FirstErrorFinder::Grade> FirstErrorFinder::grade_of(std::string_view line) {
  if (line.starts_with("Traceback (most recent call last)")) {
    in_traceback_ = true;
    return std::nullopt;
  }
  if (in_traceback_) {
    // Its frames are indented; the line after them is the exception.
    if (line.empty() || line.front() == ' ') return std::nullopt;
    in_traceback_ = false;
    return Grade::sure;
  }
  if (is_harmless(line)) return std::nullopt;
  if (is_sure(line)) return Grade::sure;
  if (is_likely(line)) return Grade::likely;
  return std::nullopt;
}

/// The first of the last sure errors that stand together.
const FirstErrorFinder::Candidate* FirstErrorFinder::first_of_last_group(int64_t before) const {
  const Candidate* first = nullptr;
  for (auto it = candidates_.rbegin(); it != candidates_.rend(); ++it) {
    if (it->grade != Grade::sure || it->error.number >= before) continue;
    const bool apart = first != nullptr && first->error.number - it->error.number > kGroupGap;
    if (apart && !first->follows_dropped) break;
    first = &*it;
  }
  return first;
}

const FirstErrorFinder::Candidate* FirstErrorFinder::of_make(const GivenUp& given_up) const {
  const int64_t end = given_up.itself.error.number;
  const Candidate* likely = nullptr; // the first of those that follow each other
  int64_t last_likely = 0;
  for (const Candidate& one : candidates_) {
    if (one.error.number >= end) break;
    if (one.grade == Grade::likely) {
      const bool follows = likely != nullptr && one.error.number - last_likely == 1;
      last_likely = one.error.number;
      if (!follows) likely = &one;
    }
    const bool named = !given_up.target.empty() && (names_file(one.error.line, given_up.target) ||
                                                    names_file(one.includer, given_up.target));
    if (one.grade == Grade::sure && named) return &one;
  }
  constexpr int64_t kNear = 3;
  if (likely != nullptr && end - last_likely == 1) return likely;
  if (given_up.by_signal) return &given_up.itself;
  const Candidate* sure = first_of_last_group(end);
  if (sure != nullptr) return sure;
  if (likely != nullptr && end - last_likely <= kNear) return likely;
  const bool says_something = !is_harmless(given_up.before_it.error.line) &&
                              !given_up.before_it.error.line.empty() &&
                              !is_of_make(given_up.before_it.error.line);
  return says_something ? &given_up.before_it : likely != nullptr ? likely : &given_up.itself;
}

/// ninja prints what a command said after the command, whole.
const FirstErrorFinder::Candidate* FirstErrorFinder::of_ninja(const GivenUp& given_up) const {
  const Candidate* likely = nullptr;
  for (const Candidate& one : candidates_) {
    if (one.error.number <= given_up.itself.error.number) continue;
    if (one.grade == Grade::sure) return &one;
    if (likely == nullptr) likely = &one;
  }
  return likely != nullptr ? likely : &given_up.itself;
}

const FirstErrorFinder::Candidate* FirstErrorFinder::at_the_end() const {
  const Candidate* cmake = nullptr;
  const Candidate* likely = nullptr;
  for (const Candidate& one : candidates_) {
    // What CMake's own trial says is the cause of what CMake says.
    constexpr int64_t kReport = 60;
    if (cmake != nullptr && one.error.line.starts_with("  ") && one.grade == Grade::sure &&
        one.error.number - cmake->error.number < kReport)
      return &one;
    if (one.of_cmake && cmake == nullptr) cmake = &one;
    if (one.grade == Grade::likely) likely = &one;
  }
  if (cmake != nullptr) return cmake;
  const Candidate* sure = first_of_last_group(number_ + 1);
  if (sure == nullptr) return likely;
  const bool likely_is_last = likely != nullptr && number_ - likely->error.number <= 1;
  return likely_is_last && candidates_.back().error.number == likely->error.number ? likely : sure;
}

std::optional<FoundError> FirstErrorFinder::found() const {
  const Candidate* best = nullptr;
  const bool went_on = make_ended_ && given_up_ && !candidates_.empty() &&
                       candidates_.back().error.number > given_up_->itself.error.number;
  if (given_up_ && !went_on)
    best = given_up_->of_ninja ? of_ninja(*given_up_) : of_make(*given_up_);
  else
    best = at_the_end();
  return best == nullptr ? std::nullopt : std::optional(best->error);
}

} // namespace hdist
