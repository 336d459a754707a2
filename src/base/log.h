// log.h: Events, the one sink for messages, progress and task states; no component prints by
// itself.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

enum class Level {
  debug,
  info,
  notice,
  warning
}; // notice: shown unless quiet; info: with --verbose

/// A message for the person in front of the program.
struct Message {
  Level level = Level::notice;
  std::string text;
};

enum class TaskState { started, finished, failed, skipped, present, waiting };

/// One unit of work that a person follows: "build zlib", "fetch zlib-1.3.tar.gz".
struct TaskEvent {
  std::string kind; // "fetch", "build", "profile", "unpack"
  std::string name; // "zlib/abcd12345678" or a file name
  TaskState state = TaskState::started;
  std::string
      detail; // the log path at the start, what was waited for, the reason of failure (one line)
  double duration_s = 0; // for finished and failed
};

/// How far a task is. total < 0: unknown.
struct Progress {
  std::string kind;
  std::string name;
  int64_t done = 0;
  int64_t total = -1;
  std::string unit; // "B" or "tasks"
};

/// One line of a build's output.
struct LogLine {
  std::string name; // as in TaskEvent
  std::string text; // without the newline; raw bytes
};

/// Called from any thread; implementations lock.
class Events {
public:
  virtual ~Events() = default;
  virtual void on(const Message& event) = 0;
  virtual void on(const TaskEvent& event) = 0;
  virtual void on(const Progress& event) = 0;
  virtual void on(const LogLine& event) = 0;

  void info(std::string text) { on(Message{Level::info, std::move(text)}); }
  void notice(std::string text) { on(Message{Level::notice, std::move(text)}); }
  void warning(std::string text) { on(Message{Level::warning, std::move(text)}); }
};

/// Keeps everything it was told; for tests, and where nobody listens.
class RecordedEvents final : public Events {
public:
  void on(const Message& event) override;
  void on(const TaskEvent& event) override;
  void on(const Progress& event) override;
  void on(const LogLine& event) override;
  std::vector<Message> messages() const;
  std::vector<TaskEvent> tasks() const;
  std::vector<Progress> progress() const;
  std::vector<LogLine> lines() const;

private:
  mutable std::mutex mutex_;
  std::vector<Message> messages_;
  std::vector<TaskEvent> tasks_;
  std::vector<Progress> progress_;
  std::vector<LogLine> lines_;
};

} // namespace hdist
