#include "ops/event_json.h"

#include "data/json.h"
#include "data/schema.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hdist {
namespace {

TEST(EventJson, EachKindSaysWhichItIsAndHasAllItsFields) {
  std::vector<std::string> seen;
  JsonEvents events([&](const Value& event) { seen.push_back(compact_json(event)); });
  events.warning("disk nearly full");
  events.on(TaskEvent{.kind = "build", .name = "zlib", .state = TaskState::started});
  events.on(TaskEvent{.kind = "build",
                      .name = "zlib",
                      .state = TaskState::failed,
                      .detail = "x",
                      .duration_s = 1.5});
  events.on(Progress{.kind = "fetch", .name = "a.tar.gz", .done = 3, .total = -1, .unit = "B"});
  events.on(LogLine{"zlib", "caf\xe9"});
  Value schema =
      parse_json(read_file(std::string(HDIST_SOURCE_DIR) + "/schemas/event.json"), "event.json");
  for (const std::string& event : seen)
    EXPECT_TRUE(schema_problems(schema, parse_json(event, "event")).empty()) << event;
  EXPECT_EQ(
      seen,
      (std::vector<std::string>{
          R"({"event":"message","level":"warning","text":"disk nearly full"})",
          R"({"event":"task","kind":"build","name":"zlib","state":"started","detail":null,"wall_ms":null})",
          R"({"event":"task","kind":"build","name":"zlib","state":"failed","detail":"x","wall_ms":1500})",
          R"({"event":"progress","kind":"fetch","name":"a.tar.gz","done":3,"total":null,"unit":"B"})",
          "{\"event\":\"log\",\"name\":\"zlib\",\"text\":\"caf\xef\xbf\xbd\"}"}));
}

} // namespace
} // namespace hdist
