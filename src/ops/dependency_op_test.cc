#include "ops/dependency_op.h"

#include "base/text.h"
#include "ops/build_op.h"
#include "ops/ops_testing.h"

namespace hdist {
namespace {

class DependencyOpTest : public OpsTest {
protected:
  ArtifactId built(const std::string& name, const std::string& script,
                   const std::vector<ArtifactId>& imports = {}) {
    std::string list;
    for (const ArtifactId& id : imports)
      list += (list.empty() ? "" : ", ") +
              (R"({"ref": ")" + to_upper(id.name()) + R"(", "id": ")" + id.str() + R"("})");
    const std::string spec = R"({"name": ")" + name + R"(", "build": {"import": [)" + list +
                             R"(], "commands": [{"cmd": ["/bin/sh", "-c", ")" + script +
                             R"("]}]}})";
    return std::get<BuildSuccess>(build_spec(*session_, {"spec", spec}).outcome).record.id;
  }
  static std::string text(const RefsResponse& response) {
    std::string text;
    for (const Ref& ref : response.refs)
      text += (text.empty() ? "" : " ") + ref.dependency.id.name() + "=" +
              ways_text(ref.dependency) + (ref.is_there ? "" : "(gone)");
    return text;
  }

  ArtifactId tool_ = built("tool", "echo >$ARTIFACT/file");
  ArtifactId low_ = built("low", "echo >$ARTIFACT/file");
  ArtifactId mid_ = built("mid", "echo $LOW_DIR >$ARTIFACT/file", {low_, tool_});
  ArtifactId app_ = built("app", "echo $MID_DIR >$ARTIFACT/file", {mid_});
};

TEST_F(DependencyOpTest, WhatItNeedsToRunIsNotWhatItWasBuiltWith) {
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "mid"})), "low=name,build");
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "mid", .kind = DependencyKind::build})),
            "low=name,build tool=build");
}

TEST_F(DependencyOpTest, AllIsAlsoWhatThoseLeadTo) {
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "app"})), "mid=name,build");
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "app", .all = true})),
            "low=name,build mid=name,build");
}

TEST_F(DependencyOpTest, TheReverseIsWhatRefersToIt) {
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "low", .reverse = true})), "mid=name,build");
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "low", .reverse = true, .all = true})),
            "app=name,build mid=name,build");
  EXPECT_EQ(text(artifact_refs(*session_, {.artifact = "tool", .reverse = true})), "");
}

TEST_F(DependencyOpTest, ATreeHasEachArtifactOnce) {
  const TreeResponse tree = artifact_tree(*session_, "app", DependencyKind::all);
  ASSERT_EQ(tree.nodes.size(), 4u);
  EXPECT_EQ(tree.nodes[0].id, app_);
  EXPECT_EQ(to_value(tree).find("nodes")->if_list()->size(), 4u);
}

TEST_F(DependencyOpTest, AnUnknownKindIsWrongUsage) {
  EXPECT_NE(message_of([] {
              read_refs_request(read_json("r", R"({"artifact": "a", "kind": "red"})"));
            }).find("run, build or all"),
            std::string::npos);
}

} // namespace
} // namespace hdist
