#include "ops/debug_op.h"

#include "base/error.h"
#include "ops/ops_testing.h"

namespace hdist {
namespace {

class DebugOp : public OpsTest {
protected:
  std::string fail(const std::string& name) {
    BuildResponse response = build_spec(*session_, {"spec", spec_text(name, "exit 1")});
    return std::get<BuildFailure>(response.outcome).id.short_text();
  }
};

TEST_F(DebugOp, TheNewestIsMeantWhenNoneIsNamed) {
  fail("a");
  const std::string b = fail("b");
  const KeptBuild kept = find_kept_build(*session_, {});
  EXPECT_EQ(kept.name + "/" + kept.hash12, b);
  EXPECT_EQ(find_kept_build(*session_, "a").name, "a");
}

TEST_F(DebugOp, ANameThatIsNotKeptIsAnErrorThatNamesThoseThatAre) {
  EXPECT_EQ(code_of([&] { find_kept_build(*session_, {}); }), "debug.none");
  const std::string a = fail("a");
  EXPECT_EQ(code_of([&] { find_kept_build(*session_, "b"); }), "debug.no-build");
  const std::string text = message_of([&] { find_kept_build(*session_, "b"); });
  EXPECT_NE(text.find(a), std::string::npos) << text;
}

TEST_F(DebugOp, AResumedBuildThatFailsIsAResponse) {
  fail("a");
  const BuildResponse response = resume_build(*session_, "a");
  EXPECT_EQ(std::get<BuildFailure>(response.outcome).reason, "exit status 1");
}

TEST_F(DebugOp, UnpackingABuildNeedsAnEmptyPlace) {
  fail("a");
  const std::string target = tmp_.path() + "/tree";
  EXPECT_EQ(unpack_build(*session_, {"a", target}).path, target);
  EXPECT_TRUE(Dir::open(target).list().empty()); // it has no sources
  EXPECT_EQ(unpack_build(*session_, {"a", target}).path, target);
  write_file(target + "/mine", "");
  EXPECT_EQ(code_of([&] { unpack_build(*session_, {"a", target}); }), "unpack.target-exists");
  EXPECT_TRUE(Dir::open(target).exists("mine"));
}

} // namespace
} // namespace hdist
