#include "ops/gc_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class GcOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name) {
    return std::get<BuildSuccess>(
        build_spec(*session_, {"spec", spec_text(name, "echo >$ARTIFACT/file")}).outcome);
  }
};

TEST_F(GcOpTest, RequestsAreStrict) {
  auto read = [](const std::string& text) { return read_gc_request(read_json("request", text)); };
  EXPECT_FALSE(read("{}").dry_run);
  EXPECT_FALSE(read(R"({"grace": null})").grace_s);
  GcRequest request = read(R"({"dry_run": true, "grace": 0, "ignore_unreadable": true})");
  EXPECT_TRUE(request.dry_run && request.ignore_unreadable);
  EXPECT_EQ(request.grace_s, 0);
  EXPECT_NE(message_of([&] { read(R"({"grace": -1})"); }).find("from 0"), std::string::npos);
  EXPECT_NE(message_of([&] { read(R"({"gracee": 1})"); }).find("grace"), std::string::npos);
}

TEST_F(GcOpTest, TheResponseHasAllFields) {
  built("one");
  GcResponse response = collect_garbage(*session_, {.dry_run = true, .grace_s = 0});
  Value value = to_value(response);
  for (const char* field :
       {"dry_run", "store", "generations", "removed", "kept", "taken_back", "leftovers", "builds",
        "gone_roots", "unreadable", "of_others", "spared", "spared_size", "failures", "freed"})
    EXPECT_NE(value.find(field), nullptr) << field;
  const Value& kept = value.find("kept")->if_list()->at(0);
  // This session has built it, and lives.
  EXPECT_EQ(*kept.find("reason")->if_string(), "process");
  EXPECT_TRUE(kept.find("chain")->if_list()->empty());
}

TEST_F(GcOpTest, ALinkInTheFolderOfProfilesIsRegistered) {
  BuildSuccess one = built("one");
  std::string folder = tmp_.path() + "/.hashdist/profiles";
  fs::create_directories(folder);
  fs::create_symlink(one.path, folder + "/default");
  fs::create_symlink("/usr", folder + "/elsewhere");
  collect_garbage(*session_, {.dry_run = true, .grace_s = 0});
  EXPECT_TRUE(session_->artifacts().roots().empty());
  collect_garbage(*session_, {.grace_s = 0});
  std::vector<ArtifactStore::Root> roots = session_->artifacts().roots();
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(roots[0].path, folder + "/default");
}

TEST_F(GcOpTest, AGraceForEverIsRefused) {
  write_file(tmp_.path() + "/.hashdistconfig", "[gc]\ngrace = forever\n");
  SessionRequest request;
  request.executable = std::string(HDIST_MODULE_DIR) + "/hdist";
  request.config.environment.set("HDIST_HOME", tmp_.path());
  EXPECT_NE(message_of([&] {
              session_.emplace(std::move(request), events_, stop_.get_token());
            }).find("at most 1 week"),
            std::string::npos);
}

} // namespace
} // namespace hdist
