#include "ops/du_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"

namespace hdist {
namespace {

class DuOpTest : public OpsTest {
protected:
  const DuEntry& entry(const std::string& name) {
    for (const DuEntry& one : response_.entries)
      if (one.name == name) return one;
    throw std::runtime_error("no entry " + name);
  }
  DuResponse response_;
};

TEST_F(DuOpTest, ArtifactsCountWithTheirSizesAndByName) {
  build_spec(*session_, {"spec", spec_text("one", "echo 1 >$ARTIFACT/file")});
  build_spec(*session_, {"spec", spec_text("one", "echo 22 >$ARTIFACT/file")});
  build_spec(*session_, {"spec", spec_text("two", "echo 4444444 >$ARTIFACT/file")});
  response_ = disk_usage(*session_);
  EXPECT_EQ(entry("artifacts").count, 3);
  EXPECT_EQ(entry("artifacts").size_bytes, 2 + 3 + 8);
  EXPECT_EQ(entry("artifacts").free_bytes, 0);
  ASSERT_EQ(response_.packages.size(), 2u);
  EXPECT_EQ(response_.packages[0].name, "two");
  EXPECT_EQ(response_.packages[1].count, 2);
}

TEST_F(DuOpTest, FailedBuildsAndTheirLogsAreSeen) {
  build_spec(*session_, {"spec", spec_text("bad", "echo no; exit 3")});
  response_ = disk_usage(*session_);
  EXPECT_GT(entry("builds").count, 0);
  EXPECT_GT(entry("logs").size_bytes, 0);
  EXPECT_EQ(to_value(response_).find("entries")->if_list()->size(), 7u);
}

} // namespace
} // namespace hdist
