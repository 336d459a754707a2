// process_testing.h: commands and programs for the tests of processes.
#pragma once

#include "base/error.h"
#include "base/process.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <sys/stat.h>

namespace hdist {

inline Command shell(const std::string& script) {
  Command command;
  command.argv = {"sh", "-c", script};
  command.env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  return command;
}

inline void make_program(const std::string& path, const std::string& content, mode_t mode = 0755) {
  write_file(path, content);
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

inline std::string code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return "(no error)";
}

} // namespace hdist
