// arrivals_testing.h: what appears in a directory for however short a time. For tests only.
#pragma once

#include "base/dir.h"

#include <gtest/gtest.h>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <string>

namespace hdist {

/// The names that appear in a directory while it lives, a line each; once each.
class Arrivals {
public:
  explicit Arrivals(const std::string& directory) : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(fd_.get(), directory.c_str(), IN_CREATE | IN_MOVED_TO), 0);
  }
  std::string names() const {
    std::string names;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(fd_.get(), buffer.data(), buffer.size())) > 0;)
      for (ssize_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        names += std::string(event->name) + "\n";
        at += static_cast<ssize_t>(sizeof *event + event->len);
      }
    return names;
  }

private:
  Fd fd_;
};

} // namespace hdist
