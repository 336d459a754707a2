#include "model/founding_spec.h"

#include "base/error.h"
#include "data/json.h"
#include "model/build_spec.h"
#include "model/task_graph.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const std::string kHash(32, 'a');

Document page() {
  return read_json("spec.json", read_file(golden_path("founding/spec.json")));
}

std::string error_of(const std::string& members) {
  return first_line(message_of([&] {
    BuildSpec::read(read_json("spec.json", R"({"name": "x", "build-dependencies": {"sh": "sh/)" +
                                               kHash + R"("}, )" + members + "}"));
  }));
}

TEST(FoundingSpec, ThePagesFormIsMappedAsTheGoldenFileSays) {
  const BuildSpec spec = BuildSpec::read(page());
  expect_golden("founding/spec-mapped.json", pretty_json(spec.document()));
  Value id;
  id.set("id", spec.id().str());
  expect_golden("founding/spec-id.json", pretty_json(id));
}

TEST(FoundingSpec, WhatEndsInNohashDoesNotCountAndAllElseDoes) {
  const ArtifactId id = BuildSpec::read(page()).id();
  const auto id_with = [](const char* map, const char* name, const char* text) {
    Document changed = page();
    changed.root.find(map)->set(name, text);
    return BuildSpec::read(changed).id();
  };
  for (const char* map : {"env_nohash", "parameters_nohash"})
    EXPECT_EQ(id_with(map, "MORE", "x"), id) << map;
  EXPECT_EQ(id_with("parameters", "more_nohash", "x"), id);
  EXPECT_NE(id_with("env", "MORE", "x"), id);
  EXPECT_NE(id_with("parameters", "more", "x"), id);
  EXPECT_NE(id_with("build-dependencies", "more", ("zlib/" + kHash).c_str()), id);
  EXPECT_NE(id_with("sources", "more", ("file:" + std::string(52, 'a')).c_str()), id);
}

TEST(FoundingSpec, TheOrderOfMapsDoesNotCount) {
  Document other = page();
  for (const char* name : {"sources", "env", "build-dependencies"}) {
    Value::Map& map = *other.root.find(name)->if_map();
    std::reverse(map.begin(), map.end());
  }
  EXPECT_EQ(BuildSpec::read(other).id(), BuildSpec::read(page()).id());
}

TEST(FoundingSpec, TheJobGetsTheFormThatWasGivenWithItsIds) {
  Document document = page();
  document.root.find("build-dependencies")->set("bash", "$bash");
  Value mapped = map_founding_spec(document, document.root, "");
  mapped = fill_in(mapped, {{"bash", *ArtifactId::parse("bash/" + kHash)}});
  const Value given = founding_form(mapped);
  EXPECT_EQ(*given.find("build-dependencies")->find("bash"), Value("bash/" + kHash));
  EXPECT_EQ(*given.find("parameters_nohash"), *document.root.find("parameters_nohash"));
  EXPECT_TRUE(founding_form(parse_json(R"({"name": "x", "build": {}})", "")).is_null());
}

TEST(FoundingSpec, TheCommandBeginsWithADependencyOrIsOurs) {
  for (const char* good : {"$sh/bin/sh", "${sh}/bin/sh", "$shpath/bin/sh", "hdist"})
    EXPECT_EQ(error_of(R"("command": [")" + std::string(good) + R"(", "x"])"), "(no error)")
        << good;
  EXPECT_EQ(error_of(R"("command": ["/bin/sh", "x"])"),
            "spec.json:1:95: command: \"/bin/sh\" is not of a build dependency: the first word has "
            "to begin with the variable of one (\"$python/bin/python\"), or be \"hdist\"");
  EXPECT_NE(error_of(R"("command": ["$shell/bin/sh"])").find("is not of a build dependency"),
            std::string::npos);
  EXPECT_NE(error_of(R"("command": ["$sh"])").find("$shpath/bin/"), std::string::npos);
  EXPECT_NE(error_of(R"("command": [])").find("expected a program"), std::string::npos);
  EXPECT_NE(error_of(R"("command": ["hdist"])").find("command: expected a command after"),
            std::string::npos);
}

TEST(FoundingSpec, MistakesShowTheirLine) {
  const std::string command = R"("command": ["hdist", "x"], )";
  EXPECT_EQ(error_of(command + R"("source": {})"),
            "spec.json:1:111: unknown field \"source\"; did you mean \"sources\"?");
  EXPECT_NE(
      error_of(command + R"("sources": {".": "zip"})").find("sources..: \"zip\" is no source"),
      std::string::npos);
  for (const char* target : {"../x", "/x", "a//b", ""})
    EXPECT_NE(error_of(command + R"("sources": {")" + target + R"(": "file:aaaa"})")
                  .find("is no path below the build directory"),
              std::string::npos)
        << target;
  EXPECT_NE(first_line(message_of([&] {
              BuildSpec::read(read_json("s", R"({"name": "x", "command": ["hdist", "y"],
                "build-dependencies": {"ARTIFACT": "a/)" +
                                                 kHash + R"("}})"));
            })).find("build-dependencies.ARTIFACT: $ARTIFACT is a variable of every job"),
            std::string::npos);
  EXPECT_NE(error_of(command + R"("env": {"A": 1})").find("env.A: expected a string"),
            std::string::npos);
  EXPECT_NE(error_of(command + R"("env": {"A=": "1"})").find("name of a variable"),
            std::string::npos);
  EXPECT_NE(first_line(message_of([&] {
              BuildSpec::read(read_json("s", R"({"name": "x", "command": ["hdist", "y"],
                "build-dependencies": {"a": "zlib-x"}})"));
            })).find("zlib-x"),
            std::string::npos);
  EXPECT_NE(first_line(message_of([&] {
              BuildSpec::read(read_json("s", R"({"name": "x", "command": ["hdist", "y"],
                "build-dependencies": {"a-b": "$x"}})"));
            })).find("name of a variable"),
            std::string::npos);
}

TEST(FoundingSpec, TheOldSpellingOfIdsIsUnderstood) {
  const auto id_of = [](const std::string& text) {
    const std::optional<ArtifactId> id = ArtifactId::parse_old(text);
    return id ? id->str() : "";
  };
  EXPECT_EQ(id_of("zlib-1.2.7-" + kHash), "zlib/" + kHash);
  EXPECT_EQ(id_of("gcc-c++-4.6-rc1-" + kHash), "gcc-c++/" + kHash);
  EXPECT_EQ(id_of("profile-n-" + kHash), "profile/" + kHash);
  EXPECT_EQ(id_of("zlib-" + kHash), "zlib/" + kHash);
  EXPECT_EQ(id_of("zlib-1.2.7-abc"), "");
  EXPECT_EQ(id_of(kHash), "");
  const std::vector<OldSpelling> all = old_spellings("gcc-c++-4.6-abcd");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name + " " + all[0].version, "gcc c++-4.6");
  EXPECT_EQ(all[1].name + " " + all[1].version + " " + all[1].hash, "gcc-c++ 4.6 abcd");
  EXPECT_TRUE(old_spellings("gcc-c++").empty()); // "c++" is no hash
}

} // namespace
} // namespace hdist
