#include "profile/closure.h"

#include "testing/testing.h"

#include <gtest/gtest.h>
#include <map>

namespace hdist {
namespace {

class ClosureTest : public ::testing::Test {
protected:
  static ArtifactId id(const std::string& name) { return ArtifactId::make(name, sha256(name)); }
  ArtifactRecord& record(const std::string& name) {
    auto [at, unused] = records_.try_emplace(id(name), ArtifactRecord{.id = id(name)});
    if (!at->second.needs) at->second.needs.emplace();
    return at->second;
  }
  std::vector<std::string> names(const std::vector<std::string>& requested) {
    std::vector<ArtifactId> ids;
    ids.reserve(requested.size());
    for (const std::string& name : requested)
      ids.push_back(id(name));
    FindArtifact find = [&](const ArtifactId& wanted) -> std::optional<FoundArtifact> {
      auto found = records_.find(wanted);
      if (found == records_.end()) return std::nullopt;
      return FoundArtifact{found->second, "/store/" + wanted.name()};
    };
    std::vector<std::string> result;
    for (const auto& [found, asked] :
         closure(ids, find, {"linux", "x86_64", "x86-64", "glibc-2.36"}))
      result.push_back((asked ? "*" : "") + found.record.id.name());
    return result;
  }
  std::map<ArtifactId, ArtifactRecord> records_;
};

TEST_F(ClosureTest, DependenciesComeFirstAndOnce) {
  record("lib");
  record("a").needs = {{id("lib")}};
  record("b").needs = {{id("lib"), id("a")}};
  EXPECT_EQ(names({"b", "a"}), (std::vector<std::string>{"lib", "*a", "*b"}));
}

TEST_F(ClosureTest, WhatAnInstallFileAsksForIsIn) {
  record("python");
  record("numpy").install.dependencies = {{"python", id("python")}};
  EXPECT_EQ(names({"numpy"}), (std::vector<std::string>{"python", "*numpy"}));
}

TEST_F(ClosureTest, ARecordWithoutNeedsBringsItsReferences) {
  record("tool");
  record("old").references = {id("tool")};
  EXPECT_EQ(names({"old"}), std::vector<std::string>{"*old"});
  records_.at(id("old")).needs.reset();
  EXPECT_EQ(names({"old"}), (std::vector<std::string>{"tool", "*old"}));
}

TEST_F(ClosureTest, ACircleEnds) {
  record("a").needs = {{id("b")}};
  record("b").needs = {{id("a")}};
  EXPECT_EQ(names({"a"}), (std::vector<std::string>{"b", "*a"}));
}

} // namespace
} // namespace hdist
