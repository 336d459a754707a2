#include "ops/event_json.h"

#include "ops/operation.h"

namespace hdist {

namespace {

const char* level_text(Level level) {
  switch (level) {
  case Level::debug:
    return "debug";
  case Level::info:
    return "info";
  case Level::notice:
    return "notice";
  case Level::warning:
    return "warning";
  }
  return "";
}

const char* state_text(TaskState state) {
  switch (state) {
  case TaskState::started:
    return "started";
  case TaskState::finished:
    return "finished";
  case TaskState::failed:
    return "failed";
  case TaskState::skipped:
    return "skipped";
  case TaskState::present:
    return "present";
  case TaskState::waiting:
    return "waiting";
  }
  return "";
}

} // namespace

Value to_value(const Message& event) {
  Value value;
  value.set("event", "message");
  value.set("level", level_text(event.level));
  value.set("text", event.text);
  return value;
}

Value to_value(const TaskEvent& event) {
  bool is_over = event.state == TaskState::finished || event.state == TaskState::failed;
  Value value;
  value.set("event", "task");
  value.set("kind", event.kind);
  value.set("name", event.name);
  value.set("state", state_text(event.state));
  value.set("detail", text_or_null(event.detail));
  value.set("wall_ms", is_over ? Value(static_cast<int64_t>(event.duration_s * 1000)) : Value());
  return value;
}

Value to_value(const Progress& event) {
  Value value;
  value.set("event", "progress");
  value.set("kind", event.kind);
  value.set("name", event.name);
  value.set("done", event.done);
  value.set("total", event.total < 0 ? Value() : Value(event.total));
  value.set("unit", event.unit);
  return value;
}

Value to_value(const LogLine& event) {
  Value value;
  value.set("event", "log");
  value.set("name", event.name);
  value.set("text", event.text);
  return value;
}

void JsonEvents::hand_on(Value event) {
  Value valid = with_valid_texts(std::move(event));
  const std::lock_guard lock(mutex_);
  sink_(valid);
}

} // namespace hdist
