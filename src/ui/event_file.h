// event_file.h: events of a run in a file that the user named, one JSON object a line.
#pragma once

#include "base/dir.h"
#include "ops/event_json.h"

#include <string>

namespace hdist {

/// Thread-safe. Tells `shown`, too. A file that can be written no longer is said once, and the work
/// goes on.
class EventFile final : public Events {
public:
  /// Empties the file; a named pipe waits for its reader. Error usage "usage.events".
  EventFile(const std::string& path, Events& shown);
  void on(const Message& event) override { tell(event); }
  void on(const TaskEvent& event) override { tell(event); }
  void on(const Progress& event) override { tell(event); }
  void on(const LogLine& event) override { tell(event); }

private:
  template <typename Event> void tell(const Event& event) {
    shown_.on(event);
    json_.on(event);
  }
  void write_line(const Value& event);

  std::string path_;
  Events& shown_;
  Fd file_;
  JsonEvents json_;
};

} // namespace hdist
