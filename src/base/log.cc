#include "base/log.h"

namespace hdist {

void RecordedEvents::on(const Message& event) {
  const std::lock_guard lock(mutex_);
  messages_.push_back(event);
}

void RecordedEvents::on(const TaskEvent& event) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(event);
}

void RecordedEvents::on(const Progress& event) {
  const std::lock_guard lock(mutex_);
  progress_.push_back(event);
}

void RecordedEvents::on(const LogLine& event) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(event);
}

std::vector<Message> RecordedEvents::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::vector<TaskEvent> RecordedEvents::tasks() const {
  const std::lock_guard lock(mutex_);
  return tasks_;
}

std::vector<Progress> RecordedEvents::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::vector<LogLine> RecordedEvents::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

} // namespace hdist
