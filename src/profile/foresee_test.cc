#include "profile/foresee.h"

#include "base/dir.h"
#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <map>

namespace hdist {
namespace {

class ForeseeTest : public ::testing::Test {
protected:
  ForeseeTest() {
    places_.hdist_root = tmp_.path() + "/root";
    places_.add_root = [](const std::string&) {};
    places_.barrier = [] {};
    find_ = [this](const ArtifactId& id) -> std::optional<FoundArtifact> {
      auto found = built_.find(id);
      if (found == built_.end()) return std::nullopt;
      return found->second;
    };
  }
  static ArtifactId id(const std::string& name) { return ArtifactId::make(name, sha256(name)); }
  void build(const std::string& name, const std::vector<std::string>& run = {}) {
    ArtifactRecord record{.id = id(name)};
    for (const std::string& need : run)
      record.run.push_back(id(need));
    record.needs = record.run;
    std::string path = tmp_.path() + "/root/artifacts/" + name;
    write_file(path + "/share/" + name, name);
    built_.insert_or_assign(record.id, FoundArtifact{record, path});
  }
  ProfileRequest request(const std::vector<std::string>& names) {
    ProfileRequest request;
    request.link = tmp_.path() + "/root/profiles/p";
    for (const std::string& name : names)
      request.members.push_back(id(name));
    return request;
  }
  ProfileResult foresee(const std::vector<std::string>& names) {
    return foresee_profile(request(names), find_, places_);
  }

  TempDir tmp_;
  std::map<ArtifactId, FoundArtifact> built_;
  ProfilePlaces places_;
  FindArtifact find_;
};

TEST_F(ForeseeTest, WhatIsNotBuiltYetWouldBeTheFirstGeneration) {
  ProfileResult result = foresee({"a"});
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(result.generation, 1);
  EXPECT_FALSE(Dir::open(tmp_.path()).exists("root"));
}

TEST_F(ForeseeTest, WhatOnlyVanishedFromTheStoreSwitchesNothing) {
  build("a");
  make_profile(request({"a"}), find_, places_);
  EXPECT_FALSE(foresee({"a"}).changed);
  built_.clear();
  EXPECT_FALSE(foresee({"a"}).changed);
}

TEST_F(ForeseeTest, ANewMemberIsANewGenerationBuiltOrNot) {
  build("a");
  make_profile(request({"a"}), find_, places_);
  EXPECT_EQ(foresee({"a", "b"}).generation, 2);
  build("b");
  EXPECT_EQ(foresee({"a", "b"}).generation, 2);
  EXPECT_TRUE(foresee({"b"}).changed);
}

TEST_F(ForeseeTest, AConflictOfDeclaredVariablesIsSaidBeforeAnythingIsBuilt) {
  std::map<ArtifactId, FoundArtifact> declared;
  auto declare = [&](const std::string& name, ProfileVariable::Kind kind, const std::string& value,
                     const std::vector<std::string>& run = {}) {
    ArtifactRecord record{.id = id(name)};
    for (const std::string& need : run)
      record.run.push_back(id(need));
    record.needs = record.run;
    record.install.environment = {{"MODE", kind, {value}}};
    declared.insert_or_assign(id(name),
                              FoundArtifact{record, tmp_.path() + "/root/artifacts/" + name});
  };
  FindArtifact planned = [&](const ArtifactId& wanted) -> std::optional<FoundArtifact> {
    auto found = declared.find(wanted);
    return found == declared.end() ? std::nullopt : std::optional(found->second);
  };
  auto code = [&](const std::vector<std::string>& names) {
    return code_of([&] { foresee_profile(request(names), find_, places_, planned); });
  };
  declare("fast", ProfileVariable::Kind::plain, "fast");
  declare("small", ProfileVariable::Kind::plain, "small");
  declare("also_fast", ProfileVariable::Kind::plain, "fast");
  declare("list", ProfileVariable::Kind::path, "fast");
  declare("home", ProfileVariable::Kind::plain, "$ARTIFACT/x");
  declare("other_home", ProfileVariable::Kind::plain, "$ARTIFACT/x");
  declare("app", ProfileVariable::Kind::plain, "fast", {"small"});
  EXPECT_EQ(code({"fast", "also_fast"}), "(no error)");
  EXPECT_EQ(code({"fast", "small"}), "profile.variable-conflict");
  EXPECT_EQ(code({"fast", "list"}), "profile.variable-conflict");
  EXPECT_EQ(code({"home", "other_home"}), "profile.variable-conflict");
  EXPECT_EQ(code({"app"}), "profile.variable-conflict"); // with what it needs to run
  // What was built needs something that nobody knows: nothing is said.
  build("built", {"unknown"});
  EXPECT_EQ(code({"built", "fast", "small"}), "(no error)");
}

TEST_F(ForeseeTest, OtherFaultsAreNotHidden) {
  write_file(tmp_.path() + "/root/profiles/p/mine", "");
  EXPECT_NE(message_of([&] { foresee({"a"}); }).find("is left alone"), std::string::npos);
}

} // namespace
} // namespace hdist
