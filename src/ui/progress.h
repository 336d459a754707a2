// progress.h: events as text: one line for each thing done, and in a terminal one live line below.
#pragma once

#include "base/log.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace hdist {

struct OutputStyle {
  int fd = 2;
  bool live = false;           // a terminal: show what runs in one line that is rewritten
  bool color = false;          // NO_COLOR is not set and it is a terminal
  int width = 80;              // columns
  Level least = Level::notice; // what is shown
  bool log_lines = false;      // builds' output too (--verbose)
  bool logs = false;           // beside a live line: where the log of each build is
};

/// How far a transfer is: "45% 12.3 MiB/s 8 s left". `got`: bytes that came within `seconds`; total
/// -1: not known.
std::string transfer_text(int64_t got, int64_t done, int64_t total, double seconds);

/// The style for a descriptor by what it is and by NO_COLOR, TERM, COLUMNS.
OutputStyle style_of(int fd, bool quiet, bool verbose);

/// Thread-safe. Writes whole lines by single write(2) calls.
class TextEvents final : public Events {
public:
  TextEvents(OutputStyle style, std::string program);
  ~TextEvents() override; // clears the live line
  void on(const Message& event) override;
  void on(const TaskEvent& event) override;
  void on(const Progress& event) override;
  void on(const LogLine& event) override;
  /// A line for the person, whatever the level ("hdist: ..." errors).
  void write_line(const std::string& line);
  void clear_live_line();
  /// From now on each build says where its log is, also beside a live line.
  void show_logs() { style_.logs = true; }
  std::string bold(const std::string& text) const;
  std::string red(const std::string& text) const;
  std::string green(const std::string& text) const;

private:
  struct Running {
    std::string kind;
    std::chrono::steady_clock::time_point since;
    int64_t done = 0, total = -1;
    int64_t first = -1; // done when it was told first: the rest of an earlier run counts
  };
  void line_above(const std::string& line); // with the mutex held
  void draw(bool force);
  std::string live_text() const;

  OutputStyle style_;
  std::string program_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
  int64_t tasks_done_ = 0, tasks_total_ = -1;
  bool live_shown_ = false;
  std::chrono::steady_clock::time_point last_draw_;
};

} // namespace hdist
