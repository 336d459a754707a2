#include "model/artifact_record.h"

#include "base/error.h"
#include "base/text.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <random>

namespace hdist {
namespace {

ArtifactId id_of(const std::string& name, const std::string& seed) {
  return ArtifactId::make(name, sha256(seed));
}

ArtifactRecord example() {
  ArtifactRecord record{.id = id_of("readline", "1")};
  record.version = "8.2";
  record.directory = record.id.hash12();
  record.imports = {id_of("ncurses", "2"), id_of("make_tools", "3")};
  record.run = {id_of("ncurses", "2")};
  record.references = {id_of("ncurses", "2")};
  record.needs = record.references;
  record.install.rules = {{LinkAction::exclude, {"share/doc/**"}, "", "", false, false},
                          {LinkAction::symlink, {"**"}, "", "", false, false}};
  record.install.environment = {{"INFOPATH", ProfileVariable::Kind::path, {"$PROFILE/share/info"}}};
  record.platform = Platform{"linux", "x86_64", "x86-64", "glibc-2.36"};
  record.toolchain = {{"cc", "dpkg/gcc-12=12.2.0-14+deb12u1:amd64"}};
  record.files = sha256("lines");
  record.file_count = 57;
  record.size_bytes = 3'456'789;
  record.built_on = "node7";
  record.built_at_s = 1'700'000'000;
  record.wall_ms = 12'345;
  record.cpu_ms = 23'456;
  record.peak_memory_bytes = 300'000'000;
  record.isolation = "pid-namespace";
  return record;
}

void expect_equal(const ArtifactRecord& a, const ArtifactRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.directory, b.directory);
  EXPECT_EQ(a.other_store, b.other_store);
  EXPECT_EQ(a.imports, b.imports);
  EXPECT_EQ(a.run, b.run);
  EXPECT_EQ(a.references, b.references);
  EXPECT_EQ(a.needs, b.needs);
  EXPECT_EQ(a.install, b.install);
  EXPECT_EQ(a.platform, b.platform);
  EXPECT_EQ(a.toolchain, b.toolchain);
  EXPECT_EQ(a.files, b.files);
  EXPECT_EQ(std::tie(a.file_count, a.size_bytes, a.built_on, a.built_at_s),
            std::tie(b.file_count, b.size_bytes, b.built_on, b.built_at_s));
  EXPECT_EQ(std::tie(a.wall_ms, a.cpu_ms, a.peak_memory_bytes, a.isolation),
            std::tie(b.wall_ms, b.cpu_ms, b.peak_memory_bytes, b.isolation));
}

ArtifactRecord changed(const std::string& from, const std::string& to) {
  std::string text = example().text();
  EXPECT_NE(text.find(from), std::string::npos) << from;
  return ArtifactRecord::parse(replace_all(text, from, to), "r.json");
}

TEST(ArtifactRecord, IsWrittenAsTheGoldenFileSays) {
  std::string name = "records/artifact-record.json";
  expect_golden(name, example().text());
  expect_equal(ArtifactRecord::parse(read_file(golden_path(name)), name), example());
}

TEST(ArtifactRecord, WhatIsWrittenIsReadBackEqual) {
  std::mt19937_64 random(7); // NOLINT(bugprone-random-generator-seed): the same cases every time
  auto number = [&](uint64_t below) { return static_cast<int64_t>(random() % below); };
  auto text = [&] { return "t\"\\\n\xc3\xa9" + std::to_string(number(1'000'000)); };
  auto ids = [&] {
    std::vector<ArtifactId> list;
    for (int64_t i = number(4); i > 0; --i)
      list.push_back(id_of("a" + std::to_string(number(9)), text()));
    return list;
  };
  for (int round = 0; round < 300; ++round) {
    ArtifactRecord record{.id = id_of("n+" + std::to_string(round), text())};
    if (number(2) == 0) record.version = text();
    record.directory = record.id.hash12();
    if (number(2) == 0) record.directory += "." + std::to_string(1 + number(999'999'998));
    if (number(2) == 0) record.other_store = "/" + text();
    record.imports = ids();
    record.run = ids();
    record.references = ids();
    if (number(2) == 0)
      record.install.environment = {{"A", ProfileVariable::Kind::flags, {text()}}};
    if (number(2) == 0)
      record.install.rules = {
          {LinkAction::copy, {"x/**"}, "x", "y", number(2) == 0, number(2) == 0}};
    if (number(2) == 0) record.platform = Platform{"linux", "a", "b", "c-1"};
    if (number(2) == 0) record.toolchain["cc"] = text();
    record.files = sha256(text());
    record.file_count = number(uint64_t{1} << 62U);
    record.size_bytes = number(uint64_t{1} << 62U);
    record.built_on = text();
    record.built_at_s = number(uint64_t{1} << 40U);
    record.wall_ms = number(uint64_t{1} << 40U);
    expect_equal(ArtifactRecord::parse(record.text(), "r.json"), record);
  }
}

TEST(ArtifactRecord, ALaterVersionIsRefused) {
  try {
    changed("\"version\": 1", "\"version\": 2");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.code(), "record.version");
    EXPECT_NE(error.message().find("r.json: format version 2 needs a newer program"),
              std::string::npos);
  }
}

TEST(ArtifactRecord, AnInformativeFieldOfALaterProgramIsPassedOver) {
  expect_equal(changed("\"version\": 1,", "\"version\": 1, \"mood\": {\"x\": 1},"), example());
}

TEST(ArtifactRecord, TheDirectoryMustBeOneOfTheArtifactsOwn) {
  std::string directory = example().directory;
  for (const std::string& bad :
       {std::string("../x"), directory + ".0", directory + ".01", directory + ".", directory + "/x",
        directory + ".1/..", directory + ".1234567890", std::string("aaaaaaaaaaaa"), std::string()})
    EXPECT_NE(
        message_of([&] { changed(R"("directory": ")" + directory, R"("directory": ")" + bad); }),
        "(no error)")
        << bad;
  EXPECT_EQ(changed(directory + "\",", directory + ".12\",").directory, directory + ".12");
}

TEST(ArtifactRecord, DamageIsAnErrorThatNamesTheFileAndTheField) {
  EXPECT_TRUE(message_of([] { ArtifactRecord::parse("", "r.json"); }).starts_with("r.json"));
  EXPECT_TRUE(message_of([] { ArtifactRecord::parse("{}", "r.json"); }).starts_with("r.json"));
  std::string half = example().text().substr(0, 200);
  EXPECT_TRUE(message_of([&] { ArtifactRecord::parse(half, "r.json"); }).starts_with("r.json"));
  EXPECT_NE(message_of([] {
              changed("\"other_store\": null", "\"other_store\": \"x\"");
            }).find("other_store: expected an absolute path"),
            std::string::npos);
  EXPECT_NE(
      message_of([] { changed("\"file_count\": 57", "\"file_count\": -1"); }).find("file_count"),
      std::string::npos);
  EXPECT_NE(message_of([] {
              changed(id_of("make_tools", "3").str(), "x/y");
            }).find("imports: \"x/y\" is no artifact id"),
            std::string::npos);
}

} // namespace
} // namespace hdist
