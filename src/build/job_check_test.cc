#include "build/job_check.h"

#include "base/error.h"
#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

struct BadJob {
  const char* commands;
  const char* message;
};

TEST(JobCheck, RefusesNodesThatItDoesNotUnderstand) {
  const BadJob bad[] = {
      {R"({"cmd": ["true"]})", "build.commands: expected a list, found a map"},
      {R"(["true"])", "build.commands[0]: expected a map, found a string"},
      {R"([{"cmd": ["a"], "hit": ["b"]}])",
       "build.commands[0]: expected one action, found cmd and hit"},
      {R"([{"cmd": "make"}])", "build.commands[0].cmd: expected a list, found a string"},
      {R"([{"cmd": []}])", "build.commands[0].cmd: expected a program, found an empty list"},
      {R"([{"cmd": ["a", 1]}])", "build.commands[0].cmd[1]: expected a string, found an integer"},
      {R"([{"cmd": ["a"], "value": "x"}])", "build.commands[0]: value has no meaning beside cmd"},
      {R"([{"to_var": "x"}])", "build.commands[0]: to_var needs an action beside it"},
      {R"([{"cmd": ["a"], "stdout_to_file": "x"}])",
       "build.commands[0]: unknown field stdout_to_file"},
      {R"([{"comands": []}])", "build.commands[0]: unknown field comands; is commands meant?"},
      {R"([{"set": "A"}])", "build.commands[0]: set needs a value or nohash_value"},
      {R"([{"set": "A=B", "value": "x"}])",
       "build.commands[0].set: \"A=B\" cannot be the name of a variable"},
      {R"([{"set": "ARTIFACT", "value": "/elsewhere"}])",
       "build.commands[0].set: ARTIFACT is the job's own and cannot be set"},
      {R"([{"cmd": ["a"], "to_var": "BUILD"}])",
       "build.commands[0].to_var: BUILD is the job's own and cannot be set"},
      {R"([{"commands": [{"chdir": 1}]}])",
       "build.commands[0].commands[0].chdir: expected a string, found an integer"},
      {R"([{"cmd": ["a"], "inputs": [{"text": ["a"], "string": "b"}]}])",
       "build.commands[0].inputs[0]: expected exactly one of text, string and json"},
      {R"([{"cmd": ["a"], "nohash_env": ["A=B"]}])",
       "build.commands[0].nohash_env: expected a map, found a list"},
      {R"([{"cmd": ["a"], "nohash_env": {"A": 1}}])",
       "build.commands[0].nohash_env.A: expected a string, found an integer"},
      {R"([{"hit": ["logpipe", "a", "INFO"]}])",
       "build.commands[0].hit: logpipe is not supported by this release"},
  };
  for (const BadJob& job : bad) {
    const Value commands = parse_json(job.commands, "");
    EXPECT_EQ(message_of([&] { check_job(commands); }), job.message);
  }
}

TEST(JobCheck, AMistakeIsShownWithItsLineAndTheStage) {
  const Document document = read_json("spec.json", R"({"commands": [
  {"cmd": ["true"]},
  {"cmd": ["make", 4], "nohash_stage": "make"}
]})");
  const Value& commands = *document.root.find("commands");
  EXPECT_EQ(message_of([&] { check_job(commands, document, "commands"); }),
            "spec.json:3:20: commands[1].cmd[1]: stage make: expected a string, found an integer\n"
            "    3 |   {\"cmd\": [\"make\", 4], \"nohash_stage\": \"make\"}\n"
            "      |                    ^");
  const Document text_gone{.name = "spec.json", .text = "", .root = {}};
  EXPECT_EQ(message_of([&] { check_job(commands, text_gone, "commands"); }),
            "spec.json:3:20: commands[1].cmd[1]: stage make: expected a string, found an integer");
}

TEST(JobCheck, ASpecWithoutCommandsIsFine) {
  check_job(Value());
  check_job(Value::list());
  EXPECT_EQ(job_action(parse_json(R"({"nohash_x": 1, "hit": ["x"]})", "")), "hit");
  EXPECT_EQ(job_action(parse_json("{}", "")), "");
}

} // namespace
} // namespace hdist
