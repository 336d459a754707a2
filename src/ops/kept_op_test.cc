#include "ops/kept_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"
#include "ops/root_op.h"

namespace hdist {
namespace {

class KeptOpTest : public OpsTest {
protected:
  KeptOpTest() {
    build_spec(*session_, {"spec", spec_text("one", "echo >$ARTIFACT/file")});
    add_roots(*session_, {{"one"}});
    renew();
  }
  /// A process of its own, since the one that built it needs what it made.
  void renew(const std::string& more = "") {
    session_.reset();
    if (!more.empty()) write_file(tmp_.path() + "/.hashdistconfig", more);
    SessionRequest request;
    request.executable = std::string(HDIST_MODULE_DIR) + "/hdist";
    request.config.environment.set("HDIST_HOME", tmp_.path());
    session_.emplace(std::move(request), events_, stop_.get_token());
  }
};

TEST_F(KeptOpTest, ARootIsNamed) {
  const KeptResponse response = why_kept(*session_, "one");
  ASSERT_TRUE(response.artifact.kept);
  EXPECT_EQ(response.artifact.kept->kind, GcReason::Kind::root);
  EXPECT_NE(response.artifact.kept->text.find("/roots/one-"), std::string::npos);
  EXPECT_FALSE(response.until_s);
  EXPECT_FALSE(response.root_goes);
}

TEST_F(KeptOpTest, ARecentUseCountsUntilItsTimeIsOver) {
  remove_roots(*session_, {{"one"}});
  renew("[gc]\nkeep-unreferenced = 2 days\n");
  const KeptResponse response = why_kept(*session_, "one");
  ASSERT_TRUE(response.artifact.kept);
  EXPECT_EQ(response.artifact.kept->kind, GcReason::Kind::recent);
  EXPECT_EQ(response.until_s, response.artifact.last_use_s + int64_t{2} * 86'400);
}

TEST_F(KeptOpTest, NothingKeepsWhatNobodyNeeds) {
  remove_roots(*session_, {{"one"}});
  renew("[gc]\nkeep-unreferenced = never\n");
  const KeptResponse response = why_kept(*session_, "one");
  EXPECT_FALSE(response.artifact.kept);
  const Value value = to_value(response);
  EXPECT_TRUE(value.find("kept")->is_null());
  EXPECT_TRUE(value.find("until")->is_null());
}

TEST_F(KeptOpTest, WhatIsNotThereIsWrongUsage) {
  EXPECT_EQ(code_of([&] { why_kept(*session_, "two"); }), "artifact.not-found");
}

} // namespace
} // namespace hdist
