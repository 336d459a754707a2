// event_json.h: events as JSON: one object each, whose "event" says which kind it is.
#pragma once

#include "base/log.h"
#include "data/value.h"

#include <functional>

namespace hdist {

/// {"event": "message", "level", "text"}
Value to_value(const Message& event);
/// {"event": "task", "kind", "name", "state", "detail", "wall_ms"}
Value to_value(const TaskEvent& event);
/// {"event": "progress", "kind", "name", "done", "total", "unit"}
Value to_value(const Progress& event);
/// {"event": "log", "name", "text"}; bytes that are no UTF-8 as U+FFFD.
Value to_value(const LogLine& event);

/// Hands every event on as JSON. `sink` is called from any thread, one call at a time.
class JsonEvents final : public Events {
public:
  explicit JsonEvents(std::function<void(const Value&)> sink) : sink_(std::move(sink)) {}
  void on(const Message& event) override { hand_on(to_value(event)); }
  void on(const TaskEvent& event) override { hand_on(to_value(event)); }
  void on(const Progress& event) override { hand_on(to_value(event)); }
  void on(const LogLine& event) override { hand_on(to_value(event)); }

private:
  void hand_on(Value event);
  std::mutex mutex_;
  std::function<void(const Value&)> sink_;
};

} // namespace hdist
