#include "model/build_spec.h"

#include "base/error.h"
#include "data/json.h"
#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

const std::string kZlib = "zlib/2fq4mzxrnqkr7hk3t2ymbf6d4wxhgbcz";

BuildSpec spec_of(const std::string& text) {
  return BuildSpec::read(read_json("spec.json", text));
}

std::string error_of(const std::string& text) {
  return first_line(message_of([&] { spec_of(text); }));
}

/// A native spec with `more` as further members.
std::string native(const std::string& more) {
  return R"({"name": "x", "build": {}, "platform": {"os": "linux", "arch": "x86_64", "cpu": "x86-64", )"
         R"("libc": "glibc-2.36"})" +
         more + "}";
}

TEST(BuildSpec, IdsAreHashDistsByteForByte) {
  int tried = 0;
  Value all = golden_json("hasher.json");
  for (const Value& example : *all.find("build_specs")->if_list()) {
    const Value& input = *example.find("input");
    const Value* id = example.find("artifact_id");
    // A name with a slash passed there, because only its start was looked at: a defect.
    if (id == nullptr || text_of(example, "name") == "name-with-slash") {
      EXPECT_NE(message_of([&] { BuildSpec::from_value(input); }), "(no error)")
          << text_of(example, "name");
      continue;
    }
    ++tried;
    BuildSpec spec = BuildSpec::from_value(input);
    EXPECT_EQ(spec.id().str(), *id->if_string()) << text_of(example, "name");
    EXPECT_EQ(spec.id().short_text(), text_of(example, "short_artifact_id"));
    EXPECT_EQ(artifact_id_of(*example.find("canonical")), spec.id());
    EXPECT_EQ(spec.document(), input);
  }
  EXPECT_EQ(tried, 5);
}

TEST(BuildSpec, UnhashedEntriesAreDroppedAsHashDistDid) {
  Value all = golden_json("hasher.json");
  for (const Value& example : *all.find("prune_nohash")->if_list())
    EXPECT_EQ(hashed_form(*example.find("document")), *example.find("pruned"))
        << text_of(example, "name");
}

TEST(BuildSpec, TheExamplesOfTheHashRulesHold) {
  std::string page = read_file(std::string(HDIST_SOURCE_DIR) + "/docs/hash-rules.md");
  int tried = 0;
  std::string folder = std::string(HDIST_GOLDEN_DIR) + "/hash-rules";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    Value example = golden_json("hash-rules/" + entry.path().filename().string());
    BuildSpec spec = BuildSpec::from_value(*example.find("spec"));
    EXPECT_EQ(hash_input(spec.document()), text_of(example, "hash_input")) << entry.path();
    EXPECT_EQ(spec.id().str(), text_of(example, "id")) << entry.path();
    EXPECT_NE(page.find("\n" + text_of(example, "hash_input") + "\n"), std::string::npos)
        << "docs/hash-rules.md lacks the input of " << entry.path();
    EXPECT_NE(page.find(text_of(example, "id")), std::string::npos) << entry.path();
    ++tried;
  }
  EXPECT_EQ(tried, 3);
}

TEST(BuildSpec, TheOrderOfMembersDoesNotCountAndThatOfListsDoes) {
  std::string id = spec_of(R"({"name": "a", "build": {"import": [], "commands": []}})").id().str();
  EXPECT_EQ(spec_of(R"({"build": {"commands": [], "import": []}, "name": "a"})").id().str(), id);
  EXPECT_EQ(spec_of(R"({"build": {"commands": []}, "name": "a"})").id().str(), id);
  EXPECT_NE(spec_of(R"({"name": "a", "build": {"commands": []}, "x": [1, 2]})").id(),
            spec_of(R"({"name": "a", "build": {"commands": []}, "x": [2, 1]})").id());
}

TEST(BuildSpec, AMissingRefHashesLikeNull) {
  std::string import = R"({"name": "a", "build": {"import": [{"id": ")" + kZlib;
  EXPECT_EQ(spec_of(import + R"("}]}})").id(), spec_of(import + R"(", "ref": null}]}})").id());
  EXPECT_NE(spec_of(import + R"("}]}})").id(), spec_of(import + R"(", "ref": "Z"}]}})").id());
}

TEST(BuildSpec, GivesATypedViewOfANativeSpec) {
  BuildSpec spec = BuildSpec::from_value(*golden_json("hash-rules/native.json").find("spec"));
  EXPECT_EQ(spec.name(), "zlib");
  EXPECT_EQ(spec.version(), "1.2.13");
  EXPECT_EQ(spec.platform(), (Platform{"linux", "x86_64", "x86-64", "glibc-2.36"}));
  EXPECT_EQ(spec.toolchain().at("cc"), "dpkg/gcc-12=12.2.0-14+deb12u1:amd64");
  ASSERT_EQ(spec.sources().size(), 1U);
  EXPECT_EQ(spec.sources()[0].strip, 1);
  EXPECT_EQ(spec.install().rules.size(), 1U);
  EXPECT_EQ(spec.commands().if_list()->size(), 2U);
}

TEST(BuildSpec, GivesATypedViewOfAHashDistSpec) {
  BuildSpec spec = spec_of(
      R"({"name": "a", "build": {"import": [{"id": "virtual:unix"}, {"id": ")" + kZlib +
      R"(", "ref": "ZLIB"}, {"id": "host:dpkg/gcc-12=12.2.0-14:amd64"}]}, "run": [")" + kZlib +
      R"("], "sources": [{"key": "targz:)" + std::string(32, 'a') + R"(", "target": "sub/dir"}]})");
  EXPECT_EQ(spec.version(), "");
  EXPECT_FALSE(spec.platform());
  ASSERT_EQ(spec.imports().size(), 3U);
  EXPECT_EQ(spec.imports()[0].id, "virtual:unix");
  EXPECT_FALSE(spec.imports()[0].ref);
  EXPECT_EQ(spec.imports()[1].ref, "ZLIB");
  EXPECT_EQ(spec.run(), std::vector<std::string>{kZlib});
  EXPECT_EQ(spec.sources()[0].target, "sub/dir");
  EXPECT_EQ(spec.sources()[0].key.type(), SourceType::tar_gz);
  EXPECT_FALSE(spec.sources()[0].strip);
  EXPECT_TRUE(spec.commands().is_null());
}

TEST(BuildSpec, HashDistsSpecsMayCarryMoreAndNativeOnesMayNot) {
  EXPECT_EQ(spec_of(R"({"name": "a", "build": {"x": 1}, "files": [1]})").name(), "a");
  EXPECT_EQ(error_of(native(R"(, "nohash_homepage": "https://x", "parameters": {"any": 1})")),
            "(no error)");
  EXPECT_NE(error_of(native(R"(, "sorces": [])"))
                .find("unknown field \"sorces\"; did you mean \"sources\"?"),
            std::string::npos);
  EXPECT_NE(error_of(native(R"(, "sources": [{"key": "dir:)" + std::string(32, 'a') +
                            R"(", "tagret": "x"}])"))
                .find("did you mean \"target\"?"),
            std::string::npos);
}

TEST(BuildSpec, NamesAndVersionsAreCheckedWhole) {
  for (const char* name : {"fo/o", "", ".", "..", "a b", "-x", "a.b"})
    EXPECT_NE(error_of(std::string(R"({"name": ")") + name + R"(", "build": {}})")
                  .find("name: \"" + std::string(name) + "\" cannot be a name"),
              std::string::npos)
        << name;
  for (const char* version : {".", "", ".1", "/1", "1\\n2"})
    EXPECT_NE(
        error_of(std::string(R"({"name": "a", "build": {}, "version": ")") + version + R"("})")
            .find("cannot be a version"),
        std::string::npos)
        << version;
  EXPECT_EQ(spec_of(R"({"name": "a", "build": {}, "version": "1:2.3~rc1+x"})").version(),
            "1:2.3~rc1+x");
}

TEST(BuildSpec, WhatCouldLeadOutOfItsPlaceIsRefused) {
  auto with = [](const std::string& more) { return R"({"name": "a", "build": {}, )" + more + "}"; };
  std::string key = "dir:" + std::string(32, 'a');
  for (const char* target : {"../x", "/x", "", "a/../../b", "./a"})
    EXPECT_NE(
        error_of(with(R"("sources": [{"key": ")" + key + R"(", "target": ")" + target + R"("}])"))
            .find("sources[0].target: expected a path below the build directory"),
        std::string::npos)
        << target;
  EXPECT_EQ(error_of(with(R"("sources": [{"key": ")" + key + R"(", "target": "./"}])")),
            "(no error)");
  EXPECT_NE(error_of(with(R"("sources": [{"key": "dir:../x"}])")).find("is no source key"),
            std::string::npos);
  for (const char* id :
       {"a/x", "../b", "virtual:", "virtual:a=b", "host:", "host:/x", "host:dpkg/", "$zlib"})
    EXPECT_NE(error_of(with(R"("run": [")" + std::string(id) + R"("])")).find("is no artifact id"),
              std::string::npos)
        << id;
}

TEST(BuildSpec, AnErrorShowsTheLineAndTheField) {
  std::string message =
      message_of([] { spec_of("{\"name\": \"a\",\n \"build\": {\"import\": [{\"id\": 3}]}}"); });
  EXPECT_TRUE(message.starts_with(
      "spec.json:2:30: build.import[0].id: expected a string, found an integer"))
      << message;
}

TEST(BuildSpec, WrongTypesAreErrors) {
  for (const char* text :
       {"[]", "null", R"("x")", R"({"name": "a"})", R"({"name": 1, "build": {}})",
        R"({"name": "a", "build": []})", R"({"name": "a", "build": {"import": null}})",
        R"({"name": "a", "build": {"import": [null]}})",
        R"({"name": "a", "build": {"commands": {}}})",
        R"({"name": "a", "build": {}, "sources": {}})",
        R"({"name": "a", "build": {}, "sources": null})",
        R"({"name": "a", "build": {}, "run": "x"})",
        R"({"name": "a", "build": {}, "toolchain": []})",
        R"({"name": "a", "build": {}, "platform": null})",
        R"({"name": "a", "build": {}, "version": 1})",
        R"({"name": "a", "build": {}, "install": []})",
        R"({"name": "a", "build": {"import": [{"id": "virtual:x", "ref": "A=B"}]}})"})
    EXPECT_NE(error_of(text), "(no error)") << text;
}

TEST(BuildSpec, ADecimalIsRefusedWhereItWouldBeHashed) {
  EXPECT_NE(error_of(R"({"name": "a", "build": {}, "x": [{"y": 1.5}]})")
                .find(":1:40: a number with a point"),
            std::string::npos);
  EXPECT_EQ(error_of(R"({"name": "a", "build": {}, "nohash_x": 1.5})"), "(no error)");
}

TEST(BuildSpec, ALaterHashRuleIsRefused) {
  try {
    spec_of(native(R"(, "rules": 2, "new": 1)"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.code(), "spec.rules");
  }
}

TEST(BuildSpec, HashingAloneNeedsNothingButAName) {
  EXPECT_NE(message_of([] { artifact_id_of(Value::map()); }), "(no error)");
  EXPECT_NE(message_of([] { artifact_id_of(Value("x")); }), "(no error)");
  Value spec = Value::map();
  spec.set("name", "a");
  EXPECT_EQ(hash_input(spec), R"(build-spec|{"name":"a"})");
}

} // namespace
} // namespace hdist
