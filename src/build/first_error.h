// first_error.h: which line of a build's output says what went wrong.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// A line of a log and the two before and after it, fewer at its ends.
struct FoundError {
  std::string line;
  int64_t number = 0; // of the line, from 1
  std::vector<std::string> before;
  std::vector<std::string> after;
};

/// Reads the lines of one command that failed in the end. Memory does not grow with them.
///
/// A line that looks like an error may belong to a probe that was meant to fail, and with `make -j`
/// the lines of other jobs stand between those of the one that failed. So the make or ninja that
/// gave up is looked for: of the errors before it, those that name its target come first, then the
/// first of those that stand together last. Held to the recorded logs of tests/golden/build_logs.
class FirstErrorFinder {
public:
  void add(std::string_view line);
  /// Nothing when no line looks like an error.
  std::optional<FoundError> found() const;

private:
  enum class Grade { likely, sure };
  struct Candidate {
    Grade grade = Grade::sure;
    FoundError error;
    std::string includer; // where the file with the error was included
    bool of_cmake = false;
    bool follows_dropped = false; // others stood between it and the one before it
  };
  /// Where make or ninja says what it could not make.
  struct GivenUp {
    Candidate itself;
    Candidate before_it;
    std::string target; // without folder and endings
    bool of_ninja = false;
    bool by_signal = false;
  };

  void take_state(std::string_view line);
  bool take_given_up(std::string_view line);
  std::optional<Grade> grade_of(std::string_view line);
  Candidate candidate(Grade grade, std::string_view line) const;
  const Candidate* at_the_end() const;
  const Candidate* of_make(const GivenUp& given_up) const;
  const Candidate* of_ninja(const GivenUp& given_up) const;
  const Candidate* first_of_last_group(int64_t before) const;

  int64_t number_ = 0;
  std::deque<std::string> recent_; // the last two lines
  std::deque<Candidate> candidates_;
  std::optional<GivenUp> given_up_;
  std::optional<GivenUp> given_up_earlier_; // by a make that was followed by other work
  bool make_ended_ = false;                 // what comes then was not stopped by it
  bool make_waits_ = false;                 // for its other jobs
  bool in_traceback_ = false;
  std::string includer_;
};

} // namespace hdist
