// process_testing.h: commands and programs for the tests of processes.
#pragma once

#include "base/process.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <signal.h>
#include <string>
#include <sys/stat.h>

namespace hdist {

inline Env test_env() {
  Env env;
  env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  return env;
}

inline Command shell(const std::string& script) {
  Command command;
  command.argv = {"sh", "-c", script};
  command.env = test_env();
  return command;
}

inline bool is_running(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

/// code() of the Error that running `program` without arguments throws.
inline std::string code_of_running(const std::string& program, const std::string& cwd = "") {
  Command command = shell("");
  command.argv = {program};
  command.cwd = cwd;
  return code_of([&] { run(command); });
}

inline void make_program(const std::string& path, const std::string& content, mode_t mode = 0755) {
  write_file(path, content);
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

} // namespace hdist
