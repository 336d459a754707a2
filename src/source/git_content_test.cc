#include "source/git_content.h"

#include "source/git_testing.h"

namespace hdist {
namespace {

class GitContentTest : public testing::Test {
protected:
  std::string tree_of(const std::string& commit) const {
    return sum_of_commit(lab_.store.git(), commit, "", {}).tree.str();
  }
  /// What the documented stream of the directory that unpacking gives has as its digest.
  std::string unpacked_tree(const std::string& commit) const {
    lab_.unpacked(commit);
    return lab_.store.put_directory(lab_.path("target")).key.str();
  }
  std::optional<SourceKey> noted(const std::string& commit) const {
    return lab_.store.find(*SourceKey::parse("git:" + commit))->tree;
  }
  std::string note_path(const std::string& commit) const {
    return lab_.path("store/commits/" + commit + ".json");
  }
  /// As if the commit had given something else when it was kept.
  void forge(const std::string& commit) const {
    std::string text = read_file(note_path(commit));
    const std::size_t at = text.find("dir:") + 4;
    text[at] = text[at] == 'a' ? 'b' : 'a';
    write_file(note_path(commit), text);
  }
  GitLab lab_;
};

TEST_F(GitContentTest, TheDigestIsThatOfTheUnpackedDirectory) {
  const std::string commit = lab_.repository(
      "a",
      "mkdir -p a/b c 'é'; echo 1 >a.c; echo 2 >a/z; echo 3 >a-c; : >a/b/e; echo 4 >\"$(printf "
      "'n\\nl')\"; ln -s ../x a/link; echo x >c/run; chmod +x c/run; echo 5 >'é/ '; "
      "echo 6 >\"$(printf '\\377')\"; printf 'a\\r\\n' >c/text; printf '* text=auto eol=lf "
      "export-ignore\\n' >.gitattributes; git config core.autocrlf false");
  ASSERT_TRUE(lab_.fetch_path("a.git").item);
  EXPECT_EQ(tree_of(commit), unpacked_tree(commit));
  EXPECT_EQ(noted(commit)->str(), tree_of(commit));
}

TEST_F(GitContentTest, SubmodulesAreInTheirPlaces) {
  const std::string add = "git -c protocol.file.allow=always submodule -q add ";
  lab_.repository("inner", "echo inner >file");
  lab_.repository("sub", "echo sub >z; " + add + "../inner.git deep/in");
  const std::string commit =
      lab_.repository("a", "mkdir m; echo a >m/a; echo z >m/z; echo b >m.c; " + add +
                               lab_.path("sub.git") + " m/s");
  ASSERT_TRUE(lab_.fetch_path("a.git").item);
  EXPECT_EQ(tree_of(commit), unpacked_tree(commit));
  EXPECT_TRUE(std::filesystem::exists(lab_.path("target/m/s/deep/in/file")));
}

TEST_F(GitContentTest, AnEmptyTreeIsAnEmptyDirectory) {
  const std::string commit = lab_.repository("a", "true");
  ASSERT_TRUE(lab_.fetch_path("a.git").item);
  EXPECT_EQ(tree_of(commit), unpacked_tree(commit));
  EXPECT_EQ(lab_.unpacked(commit), "");
}

TEST_F(GitContentTest, TheSizeIsThatOfTheCommitsOwnFiles) {
  lab_.repository("sub", "echo sub >file");
  lab_.repository("a", "printf 12345 >a; mkdir d; printf 12345 >d/b; ln -s 123 l");
  EXPECT_EQ(lab_.fetch_path("a.git").item->size_bytes, 13);
}

TEST_F(GitContentTest, ATreeOtherThanBeforeIsRefusedAndNothingAppears) {
  const std::string commit = lab_.repository("a", "echo one >file");
  ASSERT_TRUE(lab_.fetch_path("a.git").item);
  forge(commit);
  EXPECT_EQ(lab_.unpacked(commit), "source.corrupt");
  EXPECT_FALSE(std::filesystem::exists(lab_.path("target")));
  EXPECT_EQ(code_of([&] { lab_.verify(commit); }), "source.corrupt");
}

TEST_F(GitContentTest, ATreeOtherThanANoteSaysIsNotKept) {
  const std::string commit = lab_.repository("a", "echo one >file");
  ASSERT_TRUE(lab_.fetch_path("a.git").item);
  forge(commit);
  lab_.sh("rm -rf store/git");
  const AttemptResult result = lab_.fetch_path("a.git");
  EXPECT_NE(result.reason.find("forged"), std::string::npos) << result.reason;
  EXPECT_TRUE(lab_.store.git().commits().empty());
}

TEST_F(GitContentTest, ANoteWithoutTheTreeGetsItAtTheNextUse) {
  const std::string commit = lab_.repository("a", "echo one >file");
  const std::string fetched = lab_.fetch_path("a.git").item->tree->str();
  const std::string old = R"({"version":1,"key":"git:)" + commit + R"(","size":4})";
  for (const auto& use : std::vector<std::function<void()>>{[&] { lab_.unpacked(commit); },
                                                            [&] { lab_.verify(commit); },
                                                            [&] { lab_.fetch_path("a.git"); }}) {
    write_file(note_path(commit), old);
    ASSERT_FALSE(noted(commit));
    use();
    ASSERT_TRUE(noted(commit));
    EXPECT_EQ(noted(commit)->str(), fetched);
  }
}

} // namespace
} // namespace hdist
