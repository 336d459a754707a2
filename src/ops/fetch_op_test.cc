#include "ops/fetch_op.h"

#include "ops/ops_testing.h"
#include "ops/postprocess_op.h"

namespace hdist {
namespace {

class FetchOpTest : public OpsTest {};

TEST_F(FetchOpTest, AFileBecomesAKeyAndTheKeyMayBeExpected) {
  std::string file = tmp_.path() + "/data.txt";
  write_file(file, "content");
  FetchResponse first = fetch_sources(*session_, {{file}, {}});
  ASSERT_EQ(first.sources.size(), 1u);
  std::string key = first.sources[0].key.str();
  EXPECT_TRUE(key.starts_with("file:")) << key;
  EXPECT_EQ(fetch_sources(*session_, {{file, key}, {"tag"}}).sources[0].key.str(), key);
  write_file(file, "other content");
  EXPECT_NE(message_of([&] {
              fetch_sources(*session_, {{file, "file:" + std::string(51, 'a') + "q"}, {}});
            }).find("data.txt"),
            std::string::npos);
}

TEST_F(FetchOpTest, AKeyNeedsAnAddressBeforeIt) {
  std::string key = "tar.gz:" + std::string(51, 'a') + "q";
  EXPECT_NE(message_of([&] {
              fetch_sources(*session_, {{key}, {}});
            }).find("must stand after the address"),
            std::string::npos);
}

TEST_F(FetchOpTest, PostProcessingWorksInsideAJobOnly) {
  EXPECT_NE(
      message_of([&] { postprocess_artifact(*session_, {}); }).find("inside a build job only"),
      std::string::npos);
}

} // namespace
} // namespace hdist
