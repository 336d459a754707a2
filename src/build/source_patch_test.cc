#include "build/source_patch.h"

#include "base/error.h"
#include "build/build_run.h"
#include "build/test_builds.h"
#include "model/hitpack.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class SourcePatchTest : public testing::Test {
protected:
  SourcePatchTest() {
    const SourceItem item =
        place_.sources.put_pack(write_hitpack({{"a.c", "one\ntwo\n"},
                                               {"gone.c", "bye\n"},
                                               {"made", "old\n"},
                                               {"image", std::string(4, '\0')}}));
    place_.must_fail(
        spec_of("x", {.script = "echo new >made; echo object >a.o; exit 1",
                      .fields = R"(, "sources": [{"key": ")" + item.key.str() + R"("}])"}));
  }
  SourcePatch patch(std::vector<std::string> add = {}) {
    const BuildParts parts{place_.store, place_.sources, place_.publisher, place_.options,
                           place_.events};
    return source_patch({.build = kept_builds(place_.options.temp_dir).at(0),
                         .program_path = "/usr/bin:/bin",
                         .add = std::move(add)},
                        parts, {});
  }
  std::string work(const std::string& name) const {
    return place_.options.temp_dir + "/" + kept_builds(place_.options.temp_dir).at(0).directory +
           "/work/" + name;
  }
  void change(const std::string& name, const std::string& content) const {
    fs::permissions(work(name), fs::perms::owner_write, fs::perm_options::add);
    write_file(work(name), content);
  }

  TempDir tmp_;
  BuildPlace place_{tmp_.path()};
};

TEST_F(SourcePatchTest, WhatTheBuildChangedIsNone) {
  EXPECT_EQ(patch().text, "");
  EXPECT_TRUE(patch().new_files.empty());
}

TEST_F(SourcePatchTest, AChangedFileIsAUnifiedDiffForP1) {
  change("a.c", "one\n2\n");
  EXPECT_EQ(patch().text, "--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
}

TEST_F(SourcePatchTest, ARemovedFileIsInItANewOneOnlyWhenAskedFor) {
  fs::remove(work("gone.c"));
  write_file(work("new.c"), "hi\n");
  SourcePatch plain = patch();
  EXPECT_EQ(plain.files, std::vector<std::string>{"gone.c"});
  EXPECT_EQ(plain.new_files, std::vector<std::string>{"new.c"});
  EXPECT_NE(plain.text.find("+++ /dev/null\n"), std::string::npos);
  EXPECT_NE(patch({"new.c"}).text.find("--- /dev/null\n+++ b/new.c\n"), std::string::npos);
}

TEST_F(SourcePatchTest, WhatIsNoTextIsNamed) {
  change("image", std::string("\0x", 2));
  EXPECT_EQ(patch().others, std::vector<std::string>{"image"});
}

TEST_F(SourcePatchTest, WhatAPatchCannotSayIsNamed) {
  fs::permissions(work("a.c"), fs::perms::owner_exec, fs::perm_options::add);
  write_file(work("empty"), "");
  const SourcePatch found = patch({"empty"});
  EXPECT_TRUE(found.files.empty());
  EXPECT_EQ(found.others, (std::vector<std::string>{"a.c", "empty"}));
}

TEST_F(SourcePatchTest, ANameWithABlankEndsWithATab) {
  write_file(work("a b.c"), "1\n");
  EXPECT_NE(patch({"a b.c"}).text.find("+++ b/a b.c\t\n"), std::string::npos);
}

TEST_F(SourcePatchTest, AFileTouchedAndNotChangedIsNone) {
  change("a.c", "one\ntwo\n");
  EXPECT_TRUE(patch().files.empty());
}

TEST_F(SourcePatchTest, AMissingFileToAddIsAnError) {
  EXPECT_EQ(code_of([&] { patch({"nothing"}); }), "debug.no-file");
  EXPECT_EQ(code_of([&] { patch({"../build.json"}); }), "file.bad-name");
}

TEST_F(SourcePatchTest, NothingIsLeftBeside) {
  patch();
  for (const auto& entry : fs::directory_iterator(place_.options.temp_dir))
    EXPECT_TRUE(entry.path().filename().string().starts_with("x-")) << entry.path();
}

} // namespace
} // namespace hdist
