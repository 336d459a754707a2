#include "source/apt_sources.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(AptSources, OneLineEntriesLoseArchitecturesAndKeepTrust) {
  std::vector<AptArchive> found =
      parse_one_line_sources("# comment\n"
                             "deb [arch=amd64 signed-by=/k/a.gpg,b.gpg trusted=yes] "
                             "http://m/debian stable main contrib # x\n"
                             "deb-src http://m/debian stable main\n"
                             "deb cdrom:[Disk]/ stable main\n"
                             "deb http://m/flat ./\n"
                             "deb http://m/broken\n"
                             "other http://m/debian stable main\n",
                             "/etc/apt");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].components, (std::vector<std::string>{"main", "contrib"}));
  EXPECT_EQ(found[0].options, (std::vector<std::pair<std::string, std::string>>{
                                  {"Signed-By", "/k/a.gpg /etc/apt/b.gpg"}, {"Trusted", "yes"}}));
  EXPECT_EQ(found[2].suite, "./");
}

TEST(AptSources, Deb822EntriesAreSpreadOverUrisAndSuites) {
  std::vector<AptArchive> found =
      parse_deb822_sources("Types: deb deb-src\n"
                           "URIs: http://a http://b\n"
                           "Suites: s t\n"
                           "# comment\n"
                           "Components: main\n"
                           "Architectures: amd64\n"
                           "\n\n"
                           "Types: deb\n"
                           "Enabled: no\n"
                           "URIs: http://c\nSuites: s\nComponents: main\n",
                           "/etc/apt");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[3].uri, "http://b");
  EXPECT_EQ(found[3].suite, "t");
  EXPECT_TRUE(found[0].options.empty());
}

TEST(AptSources, AKeyInTheTextIsCopiedWhole) {
  std::vector<AptArchive> found =
      parse_deb822_sources("Types: deb\nURIs: http://a\nSuites: s\nComponents: main\n"
                           "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n",
                           "/etc/apt");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(deb_src_text(found), "Types: deb-src\nURIs: http://a\nSuites: s\nComponents: main\n"
                                 "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n\n");
}

TEST(AptSources, TheListHasEachComponentOnce) {
  std::vector<AptArchive> archives = {{"http://a", "s", {"main"}, {}},
                                      {"http://a", "s", {"main", "contrib"}, {}},
                                      {"http://a", "s", {"main"}, {{"Trusted", "yes"}}},
                                      {"http://f", "./", {}, {}},
                                      {"http://f", "./", {}, {}}};
  EXPECT_EQ(deb_src_text(archives),
            "Types: deb-src\nURIs: http://a\nSuites: s\nComponents: main\n\n"
            "Types: deb-src\nURIs: http://a\nSuites: s\nComponents: contrib\n\n"
            "Types: deb-src\nURIs: http://f\nSuites: ./\n\n");
}

TEST(AptSources, AllListsOfTheSystemAreRead) {
  TempDir tmp;
  EXPECT_TRUE(read_apt_archives(tmp.path() + "/absent").empty());
  write_file(tmp.path() + "/sources.list", "deb http://a s main\n");
  write_file(tmp.path() + "/sources.list.d/b.list", "deb http://b s main\n");
  write_file(tmp.path() + "/elsewhere",
             "Types: deb\nURIs: http://c\nSuites: s\nComponents: main\n");
  std::filesystem::create_symlink("../elsewhere", tmp.path() + "/sources.list.d/c.sources");
  write_file(tmp.path() + "/sources.list.d/d.save", "deb http://d s main\n");
  std::string uris;
  for (const AptArchive& archive : read_apt_archives(tmp.path()))
    uris += archive.uri + " ";
  EXPECT_EQ(uris, "http://a http://b http://c ");
}

} // namespace
} // namespace hdist
