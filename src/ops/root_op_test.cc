#include "ops/root_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class RootOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name) {
    return std::get<BuildSuccess>(
        build_spec(*session_, {"spec", spec_text(name, "echo >$ARTIFACT/file")}).outcome);
  }
  std::size_t registered() { return session_->artifacts().roots().size(); }
};

TEST_F(RootOpTest, AnArtifactGetsALinkThatIsARoot) {
  BuildSuccess one = built("one");
  RootResponse added = add_roots(*session_, {{"one"}});
  ASSERT_EQ(added.roots.size(), 1u);
  EXPECT_EQ(added.roots[0].root.ids, std::vector<ArtifactId>{one.record.id});
  std::string link = added.roots[0].root.path;
  EXPECT_EQ(fs::read_symlink(link), one.path);
  remove_roots(*session_, {{one.record.id.str()}});
  EXPECT_FALSE(fs::is_symlink(link));
  EXPECT_EQ(registered(), 0u);
}

TEST_F(RootOpTest, APathIsRegisteredAsItIsAndLeftThereWhenItIsRemoved) {
  BuildSuccess one = built("one");
  std::string link = tmp_.path() + "/link";
  fs::create_symlink(one.path, link);
  EXPECT_EQ(add_roots(*session_, {{link}}).roots[0].root.path, link);
  EXPECT_EQ(add_roots(*session_, {{"~/link"}}).roots.size(), 1u);
  EXPECT_EQ(registered(), 1u);
  remove_roots(*session_, {{link}});
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(registered(), 0u);
}

TEST_F(RootOpTest, WhatIsNotThereIsNoRoot) {
  EXPECT_EQ(code_of([&] { add_roots(*session_, {{tmp_.path() + "/none"}}); }), "root.not-found");
  EXPECT_EQ(code_of([&] { add_roots(*session_, {{"none"}}); }), "artifact.not-found");
  EXPECT_EQ(code_of([&] { remove_roots(*session_, {{tmp_.path()}}); }), "root.not-found");
  EXPECT_EQ(registered(), 0u);
}

TEST_F(RootOpTest, RequestsNeedAWordAndResponsesHaveAllFields) {
  EXPECT_EQ(read_root_request(read_json("r", R"({"roots": ["a", "b"]})")).words.size(), 2u);
  EXPECT_NE(message_of([] { read_root_request(read_json("r", "{}")); }).find("at least one"),
            std::string::npos);
  built("one");
  add_roots(*session_, {{"one"}});
  Value value = to_value(list_roots(*session_));
  for (const char* field : {"path", "uid", "process", "state", "problem", "leads_to", "artifacts"})
    EXPECT_NE(value.find("roots")->if_list()->at(0).find(field), nullptr) << field;
}

} // namespace
} // namespace hdist
