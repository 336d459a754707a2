#include "profile/composition.h"

#include "base/dir.h"
#include "base/error.h"
#include "data/json.h"
#include "model/install_json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class CompositionTest : public ::testing::Test {
protected:
  FoundArtifact artifact(const std::string& name, const std::vector<std::string>& files) {
    ArtifactRecord record{.id = ArtifactId::make(name, sha256(name))};
    std::string path = root_ + "/store/" + name + "/x";
    for (const std::string& file : files)
      write_file(join_path(path, file), name);
    return {record, path};
  }
  Dir target() { return Dir::create(target_.path); }

  TempDir tmp_;
  std::string root_ = tmp_.path() + "/root";
  ProfileTarget target_{root_ + "/profile", root_};
};

TEST_F(CompositionTest, ACommandInstallsInsteadOfTheRules) {
  FoundArtifact python = artifact("python", {"bin/python"});
  FoundArtifact numpy = artifact("numpy", {"lib/numpy.py", "setup.py"});
  numpy.record.install.command = {"$python/bin/python", "setup.py"};
  numpy.record.install.dependencies = {{"python", python.record.id}};
  Composition composition = compose({{python, false}, {numpy, true}}, {});
  std::vector<InstallStep> ran;
  fill_profile(composition, target(), target_, [&](const InstallStep& step) {
    EXPECT_TRUE(target().exists("bin/python")) << "the links are there";
    ran.push_back(step);
  });
  ASSERT_EQ(ran.size(), 1U);
  EXPECT_EQ(ran[0].artifact, numpy.path);
  EXPECT_EQ(ran[0].target, target_.path);
  EXPECT_EQ(ran[0].dependencies.at("python"), python.path);
  EXPECT_FALSE(target().exists("setup.py"));
  EXPECT_EQ(target().read_link("bin/python"), "../../store/python/x/bin/python");
}

TEST_F(CompositionTest, BesideACommandNoDirectoryIsAnArtifactsOwn) {
  FoundArtifact plain = artifact("plain", {"lib/plain/data"});
  FoundArtifact other = artifact("other", {"x"});
  auto is_link = [&](const Composition& composition) {
    return composition.plan.entries.back().kind == PlannedEntry::Kind::link &&
           composition.plan.entries.back().path == "lib/plain";
  };
  EXPECT_TRUE(is_link(compose({{plain, true}}, {})));
  other.record.install.command = {"$ARTIFACT/x"};
  EXPECT_FALSE(is_link(compose({{plain, true}, {other, true}}, {})));
}

TEST_F(CompositionTest, TheDigestSurvivesAMoveUnlessACommandWroteThePath) {
  FoundArtifact app = artifact("app", {"x"});
  FoundArtifact moved = app;
  moved.path = "/elsewhere/store/app/x";
  EXPECT_EQ(input_digest({{app, true}}, root_), input_digest({{moved, true}}, "/elsewhere"));
  EXPECT_NE(input_digest({{app, true}}, root_), input_digest({{moved, true}}, root_));
  app.record.install.command = moved.record.install.command = {"$ARTIFACT/x"};
  EXPECT_NE(input_digest({{app, true}}, root_), input_digest({{moved, true}}, "/elsewhere"));
}

TEST_F(CompositionTest, PathsAreRelativeWhereProfileAndStoreMoveTogether) {
  FoundArtifact app = artifact("app", {"x"});
  app.record.install.environment = {
      {"APP", ProfileVariable::Kind::plain, {"${ARTIFACT}/share:$PROFILE/x"}}};
  ProfileRecord near = record_of({{app, true}}, target_);
  EXPECT_EQ(near.members[0].path, "../store/app/x");
  EXPECT_EQ(near.environment[0].values[0], "$PROFILE/../store/app/x/share:$PROFILE/x");
  ProfileRecord far = record_of({{app, true}}, {"/elsewhere/p", "/elsewhere"});
  EXPECT_EQ(far.members[0].path, app.path);
  EXPECT_EQ(far.environment[0].values[0], app.path + "/share:$PROFILE/x");
}

TEST_F(CompositionTest, TheDocumentsRepeatWhatWasAskedFor) {
  FoundArtifact lib = artifact("lib", {"l"}), app = artifact("app", {"a"});
  ProfileRecord record = record_of({{lib, false}, {app, true}}, target_);
  write_documents(target(), record, target_.path);
  std::string text = read_file(target_.path + "/install.json");
  InstallWishes wishes = read_install_json(read_json("install.json", text));
  EXPECT_EQ(wishes.dependencies.size(), 1U);
  EXPECT_EQ(wishes.dependencies.at("app"), app.record.id);
  EXPECT_TRUE(target().exists("activate.sh"));
  EXPECT_EQ(ProfileRecord::parse(read_file(target_.path + "/profile.json"), "p").members,
            record.members);
}

TEST_F(CompositionTest, AConflictNamesBothOwners) {
  FoundArtifact a = artifact("a", {"bin/x"}), b = artifact("b", {"bin/x"});
  std::string text = message_of([&] { compose({{a, true}, {b, true}}, {}); });
  EXPECT_NE(text.find("bin/x: " + a.record.id.short_text() + ", " + b.record.id.short_text()),
            std::string::npos);
}

TEST_F(CompositionTest, AVariableConflictNamesBothOwnersAndValues) {
  FoundArtifact a = artifact("a", {"x"}), b = artifact("b", {"y"}), c = artifact("c", {"z"});
  using Kind = ProfileVariable::Kind;
  a.record.install.environment = {{"MODE", Kind::plain, {"fast"}}};
  b.record.install.environment = {{"MODE", Kind::plain, {"fast"}}};
  c.record.install.environment = {{"MODE", Kind::plain, {"safe"}}};
  EXPECT_EQ(record_of({{a, true}, {b, true}}, target_).environment.size(), 1U);
  try {
    record_of({{a, true}, {b, true}, {c, true}}, target_);
    FAIL() << "no conflict";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "profile.variable-conflict");
    for (const std::string& text :
         {a.record.id.short_text() + ": MODE = fast", c.record.id.short_text() + ": MODE = safe"})
      EXPECT_NE(error.message().find(text), std::string::npos) << error.message();
    ASSERT_EQ(error.advice().size(), 1U);
    EXPECT_NE(error.advice()[0].text.find("leave one of them out"), std::string::npos);
  }
  c.record.install.environment = {{"MODE", Kind::path, {"/x", "/y"}}};
  EXPECT_NE(message_of([&] {
              record_of({{a, true}, {c, true}}, target_);
            }).find("MODE = /x /y (a path)"),
            std::string::npos);
}

} // namespace
} // namespace hdist
