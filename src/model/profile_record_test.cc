#include "model/profile_record.h"

#include "base/error.h"
#include "base/text.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

ProfileRecord example() {
  ArtifactId zlib = ArtifactId::make("zlib", sha256("1"));
  ArtifactId lua = ArtifactId::make("lua", sha256("2"));
  ProfileRecord record;
  record.name = "quickstart";
  record.generation = 3;
  record.members = {{zlib, "1.2.13", "/home/u/.hashdist/artifacts/" + zlib.short_text(), false},
                    {lua, "", "/home/u/.hashdist/artifacts/" + lua.short_text(), true}};
  record.environment = {{"LUA_PATH", ProfileVariable::Kind::path, {"$PROFILE/share/lua"}},
                        {"MODE", ProfileVariable::Kind::plain, {"caf\xc3\xa9"}}};
  record.input = sha256("input").base32();
  record.made_at_s = 1'700'000'000;
  record.author = "u";
  record.reason = "update stack.yaml";
  record.stack = "/home/u/stack.yaml";
  return record;
}

TEST(ProfileRecord, IsWrittenAsTheGoldenFileSays) {
  expect_golden("records/profile.json", example().text());
}

TEST(ProfileRecord, WhatIsWrittenIsReadBackEqual) {
  ProfileRecord record = ProfileRecord::parse(example().text(), "profile.json");
  EXPECT_EQ(record.text(), example().text());
  EXPECT_EQ(record.name, "quickstart");
  EXPECT_EQ(record.generation, 3);
  EXPECT_EQ(record.members, example().members);
  EXPECT_EQ(record.environment, example().environment);
  EXPECT_EQ(record.input, example().input);
  EXPECT_EQ(record.made_at_s, 1'700'000'000);
  EXPECT_EQ(record.reason, "update stack.yaml");
  EXPECT_EQ(ProfileRecord::parse(ProfileRecord().text(), "p").text(), ProfileRecord().text());
}

TEST(ProfileRecord, ALaterVersionIsRefused) {
  std::string text = replace_all(example().text(), "\"version\": 1,", "\"version\": 2,");
  try {
    ProfileRecord::parse(text, "profile.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.code(), "profile.version");
  }
}

TEST(ProfileRecord, WrongMembersAreErrors) {
  auto changed = [](const std::string& from, const std::string& to) {
    return message_of(
        [&] { ProfileRecord::parse(replace_all(example().text(), from, to), "p.json"); });
  };
  EXPECT_NE(changed("\"id\": \"zlib/", "\"id\": \"z/lib/").find("members[0].id: "),
            std::string::npos);
  EXPECT_NE(
      changed("\"/home/u/.hashdist/artifacts/zlib/nodle477gt6o", "\"").find("expected a path"),
      std::string::npos);
  EXPECT_NE(message_of([] { ProfileRecord::parse("[]", "p.json"); }), "(no error)");
}

TEST(ProfileRecord, NamesOfFilesThatAreNoUtf8AreMadePrintable) {
  ProfileRecord record = example();
  record.name = "a\xff";
  record.stack = "/home/\xff/stack.yaml";
  ProfileRecord read = ProfileRecord::parse(record.text(), "profile.json");
  EXPECT_EQ(read.name, "a\\xff");
  EXPECT_EQ(read.stack, "/home/\\xff/stack.yaml");
}

} // namespace
} // namespace hdist
