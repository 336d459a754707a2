#include "ops/source_gc_op.h"

#include "ops/fetch_op.h"
#include "ops/ops_testing.h"

#include <ctime>
#include <filesystem>

namespace hdist {
namespace {

class SourceGcOpTest : public OpsTest {};

TEST_F(SourceGcOpTest, TheSettingsDecide) {
  std::string file = tmp_.path() + "/data.txt";
  write_file(file, "content");
  FetchedSource fetched = fetch_sources(*session_, {{{file, {}}}, {"transient"}}).sources.at(0);
  std::string path = session_->sources().find(fetched.key)->path, note = path + ".json";
  auto used = [&](int64_t time_s) {
    write_file(note, R"({"version":1,"key":")" + fetched.key.str() +
                         R"(","size":7,"tags":["transient"],"last_use":)" + std::to_string(time_s) +
                         "}");
    namespace fs = std::filesystem;
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(800));
  };
  constexpr int64_t kDaySeconds = 86'400;
  used(std::time(nullptr) - 6 * kDaySeconds);
  SourceGcResponse response = collect_old_sources(*session_, {});
  ASSERT_EQ(response.report.kept.size(), 1U);
  EXPECT_EQ(response.report.kept[0].rule.name, "transient");
  EXPECT_EQ(response.report.kept[0].rule.text, "1 week");
  used(std::time(nullptr) - 8 * kDaySeconds);
  EXPECT_EQ(collect_old_sources(*session_, {.dry_run = true}).report.removed.size(), 1U);
  EXPECT_TRUE(session_->sources().find(fetched.key));
  response = collect_old_sources(*session_, {});
  EXPECT_FALSE(session_->sources().find(fetched.key));
  Value removed = to_value(response).find("removed")->if_list()->at(0);
  EXPECT_EQ(*removed.find("rule")->if_string(), "keep-transient");
  EXPECT_EQ(*removed.find("reason")->if_string(), "rule");
}

TEST_F(SourceGcOpTest, RequestsAreStrict) {
  auto read = [](const std::string& text) {
    return read_source_gc_request(read_json("request", text));
  };
  EXPECT_TRUE(read(R"({"dry_run": true})").dry_run);
  EXPECT_NE(message_of([&] { read(R"({"dryrun": true})"); }).find("dry_run"), std::string::npos);
}

} // namespace
} // namespace hdist
