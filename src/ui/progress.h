// progress.h: events as text: one line for each thing done, and in a terminal live lines below: a
// bar for each download, and one line for all that runs.
#pragma once

#include "base/log.h"
#include "ui/download_bars.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace hdist {

struct OutputStyle {
  int fd = 2;
  bool live = false;                      // a terminal: show what runs in lines that are rewritten
  bool color = false;                     // NO_COLOR is not set and it is a terminal
  int width = 80;                         // columns
  int height = 24;                        // lines
  Level least = Level::notice;            // what is shown
  bool log_lines = false;                 // builds' output too (--verbose)
  bool logs = false;                      // beside a live line: where the log of each build is
  std::chrono::seconds long_download{30}; // without live lines: how often one says how far it is
};

/// The style for a descriptor by what it is and by NO_COLOR and TERM.
OutputStyle style_of(int fd, bool quiet, bool verbose);

/// Thread-safe. Writes whole lines by single write(2) calls. A terminal's size is looked at each
/// time the live lines are written.
class TextEvents final : public Events {
public:
  TextEvents(OutputStyle style, std::string program);
  ~TextEvents() override; // clears the live lines
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
    std::chrono::steady_clock::time_point since; // of a download: its first bytes
    int64_t done = 0, total = -1;
    int64_t first = -1; // done when it was told first: the rest of an earlier run counts
    std::chrono::steady_clock::time_point told; // in a log
  };
  void line_above(const std::string& line); // with the mutex held
  void draw(bool force);
  std::string clearing() const; // what takes the live lines away
  std::vector<std::string> live_lines() const;
  std::string live_text(const std::vector<Download>& downloads) const;
  void begin(const TaskEvent& event);
  void end_of(const std::string& name);
  void fit_terminal();
  void note_progress(const Progress& event, Running& task);

  OutputStyle style_;
  std::string program_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
  int64_t tasks_done_ = 0, tasks_total_ = -1;
  std::size_t live_shown_ = 0; // lines
  EndedDownloads ended_;       // since one runs
  std::chrono::steady_clock::time_point downloading_since_;
  std::chrono::steady_clock::time_point last_draw_;
};

} // namespace hdist
