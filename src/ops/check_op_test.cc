#include "ops/check_op.h"

#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class CheckOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name, const std::string& script) {
    return std::get<BuildSuccess>(build_spec(*session_, {"spec", spec_text(name, script)}).outcome);
  }
};

TEST_F(CheckOpTest, WhatIsBuiltInTheSameWayIsEqualAlsoWhereItNamesItself) {
  const BuildSuccess one = built("one", "echo $ARTIFACT >$ARTIFACT/file");
  EXPECT_TRUE(check_build(*session_, {.artifact = "one"}).is_equal());
  EXPECT_EQ(session_->artifacts().find(one.record.id)->directory, one.record.directory);
  EXPECT_FALSE(fs::exists(one.path + ".2"));
}

TEST_F(CheckOpTest, WhatIsNotTheSameEachTimeIsShown) {
  built("one", "/bin/cat /proc/sys/kernel/random/uuid >$ARTIFACT/file");
  const CheckResponse response = check_build(*session_, {.artifact = "one", .keep = true});
  ASSERT_EQ(response.differences.size(), 1u);
  EXPECT_EQ(response.differences[0].path, "file");
  EXPECT_TRUE(fs::exists(response.kept + "/file"));
}

TEST_F(CheckOpTest, ABuildThatFailsIsSaid) {
  const std::string stop = tmp_.path() + "/stop";
  built("one", "if test -e " + stop + "; then exit 3; fi; echo x >$ARTIFACT/file");
  write_file(stop, "");
  const CheckResponse response = check_build(*session_, {.artifact = "one"});
  ASSERT_TRUE(response.failure);
  EXPECT_FALSE(response.is_equal());
}

TEST_F(CheckOpTest, ASpecMustHaveBeenBuilt) {
  const SpecRequest spec{"spec", spec_text("one", "echo x >$ARTIFACT/file")};
  EXPECT_EQ(code_of([&] { check_build(*session_, {.spec = spec}); }), "artifact.not-found");
  build_spec(*session_, spec);
  EXPECT_TRUE(check_build(*session_, {.spec = spec}).is_equal());
}

TEST_F(CheckOpTest, ARequestNamesAnArtifactOrASpec) {
  EXPECT_NE(message_of([] { read_check_request(read_json("r", "{}")); }).find("one of the two"),
            std::string::npos);
  EXPECT_TRUE(read_check_request(read_json("r", R"({"artifact": "a", "keep": true})")).keep);
}

} // namespace
} // namespace hdist
