#include "source/git_unpack.h"

#include "source/git_testing.h"

#include <sys/stat.h>

namespace hdist {
namespace {

TEST(GitUnpack, UnpackingGivesExactlyWhatTheCommitHas) {
  GitLab lab;
  std::string commit = lab.repository(
      "a", "mkdir -p d/e; printf 'a\\r\\nb\\n' >d/e/text; printf '$Id$ $Format:%%H$' >id; ln -s d "
           "link; echo x >run; chmod +x run; : >empty; printf '* text=auto eol=crlf ident "
           "filter=evil export-subst\\nempty export-ignore\\n' >.gitattributes; git config "
           "core.autocrlf false");
  ASSERT_TRUE(lab.fetch_path("a.git").item);
  lab.sh("git -C " + lab.store.git().holder(commit).value_or("") +
         " config filter.evil.smudge 'touch " + lab.path("pwned") + "; cat'");
  lab.sh("cd a.work; for f in id empty run link .gitattributes d/e/text; do git cat-file blob "
         "HEAD:$f >../blob.$(echo $f | tr / _); done");
  lab.unpacked(commit);
  for (const char* name : {"id", "empty", "run", ".gitattributes", "d/e/text"})
    EXPECT_EQ(read_file(lab.path("target/" + std::string(name))),
              read_file(lab.path("blob." + replace_all(name, "/", "_"))))
        << name;
  EXPECT_EQ(std::filesystem::read_symlink(lab.path("target/link")), "d");
  EXPECT_FALSE(std::filesystem::exists(lab.path("pwned")));
  struct stat status {};
  ASSERT_EQ(stat(lab.path("target/run").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0755U);
  EXPECT_EQ(status.st_mtim.tv_sec, 315532800);
  ASSERT_EQ(stat(lab.path("target/d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 315532800);
}

TEST(GitUnpack, ADamagedObjectIsFoundAndNothingAppears) {
  GitLab lab;
  std::string commit = lab.repository("a", "mkdir d; echo one >d/file");
  ASSERT_TRUE(lab.fetch_path("a.git").item);
  std::string repository = lab.store.git().holder(commit).value_or("");
  std::string blob = lab.sh("git -C " + repository + " rev-parse " + commit + ":d/file");
  // Other content, well-formed and readable, under the name of the blob.
  std::string place = repository + "/objects/" + blob.substr(0, 2);
  lab.sh("for p in " + repository +
         "/objects/pack/*.pack; do [ -e $p ] || continue; mv $p p; rm -f " + repository +
         "/objects/pack/*; git -C " + repository +
         " unpack-objects -q <p; done; echo "
         "two >f; o=$(git -C " +
         repository + " hash-object -w ../../../f 2>/dev/null || git -C " + repository +
         " hash-object -w " + lab.path("f") + "); chmod -R u+w " + repository +
         "/objects; mkdir -p " + place + "; cp " + repository +
         "/objects/$(echo $o | cut -c1-2)/$(echo "
         "$o | cut -c3-) " +
         place + "/" + blob.substr(2));
  EXPECT_EQ(lab.unpacked(commit), "source.corrupt");
  EXPECT_FALSE(std::filesystem::exists(lab.path("target")));
  EXPECT_EQ(code_of([&] { lab.verify(commit); }), "source.corrupt");
}

TEST(GitUnpack, TheSameContentTwiceIsWrittenTwice) {
  GitLab lab;
  std::string commit = lab.repository("a", "mkdir d; echo x >a; echo x >d/b; : >c");
  ASSERT_TRUE(lab.fetch_path("a.git").item);
  EXPECT_EQ(lab.unpacked(commit), "a=x\n\nc=\nd/\nd/b=x\n\n");
  EXPECT_NO_THROW(lab.verify(commit));
}

TEST(GitUnpack, AnUnnamedSubmoduleIsAnEmptyDirectory) {
  GitLab lab;
  std::string commit =
      lab.repository("a", "git update-index --add --cacheinfo 160000," + std::string(40, 'a') +
                              ",lib; mkdir lib; git commit -qm one; git reset -q --hard");
  ASSERT_TRUE(lab.fetch_path("a.git").item);
  EXPECT_EQ(lab.unpacked(commit), "lib/\n");
}

TEST(GitUnpack, CommitsThatAreNotThereAreNotFound) {
  GitLab lab;
  EXPECT_EQ(lab.unpacked(std::string(40, 'a')), "source.not-found");
}

} // namespace
} // namespace hdist
