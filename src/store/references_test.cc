#include "store/references.h"

#include "base/error.h"
#include "store/reference_search.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace hdist {
namespace {

namespace fs = std::filesystem;

const char* const kSelf = "self/aaaaaaaaaaaa";
const char* const kZlib = "zlib/cccccccccccc";

ArtifactId id(const std::string& directory) {
  return *ArtifactId::parse(directory + "bbbbbbbbbbbbbbbbbbbb");
}

ScanOptions options() {
  return {.store_roots = {"/home/me/store", "/disk/me/store"},
          .self_directory = kSelf,
          .self = id(kSelf),
          .candidates = {{id(kZlib), kZlib}, {id("lua/dddddddddddd"), "lua/dddddddddddd"}}};
}

/// A tree with every kind of entry; modes are exact.
class Scan : public testing::Test {
protected:
  void put(const std::string& path, const std::string& content, mode_t mode = 0444) {
    fs::remove(tmp_.path() + "/" + path); // one of before is read-only
    write_file(tmp_.path() + "/" + path, content);
    chmod((tmp_.path() + "/" + path).c_str(), mode);
  }
  ScanResult scan(const ScanOptions& with = options()) {
    return scan_artifact(Dir::open(tmp_.path()), with);
  }
  void make_every_kind() {
    put("bin/run",
        "#!/home/me/store/zlib/cccccccccccc/bin/sh\nexec /home/me/store/self/aaaaaaaaaaaa/x\n",
        0555);
    put("bin-a", "sorts before what is in bin/");
    put("empty", "");
    put("share/na\xc3\xafve", "UTF-8 name");
    put("share/\xff", "name that is no UTF-8");
    put("_hashdist/build.json", "/home/me/store/lua/dddddddddddd is not content");
    fs::create_symlink("run", tmp_.path() + "/bin/alias");
    fs::create_symlink("../../../zlib/cccccccccccc/lib", tmp_.path() + "/share/lib");
    fs::create_symlink("\xfe", tmp_.path() + "/share/odd");
    for (const char* dir : {"bin", "share"})
      chmod((tmp_.path() + "/" + dir).c_str(), 0755);
  }
  TempDir tmp_;
};

TEST_F(Scan, GivesTheLinesOfTheGoldenFile) {
  make_every_kind();
  ScanResult result = scan();
  expect_golden("store/files.jsonl", result.lines);
  EXPECT_EQ(result.digest, sha256(result.lines));
  EXPECT_EQ(result.file_count, 5);
  EXPECT_EQ(result.references, std::set<ArtifactId>{id(kZlib)});
}

TEST_F(Scan, GivesTheSameWithManyThreads) {
  make_every_kind();
  for (int i = 0; i < 300; ++i)
    put("many/" + std::to_string(i), std::string(static_cast<std::size_t>(i) * 100, 'x'));
  ScanOptions parallel = options();
  parallel.threads = 8;
  EXPECT_EQ(scan(parallel).lines, scan().lines);
}

TEST_F(Scan, AnEmptyTreeHasNoLines) {
  ScanResult result = scan();
  EXPECT_EQ(result.lines, "");
  EXPECT_EQ(result.digest, sha256(""));
  EXPECT_EQ(result.size_bytes, 0);
}

TEST_F(Scan, AReferenceOnlyInALinkCounts) {
  fs::create_symlink("/home/me/store/lua/dddddddddddd/bin/lua", tmp_.path() + "/lua");
  EXPECT_EQ(scan().references, std::set<ArtifactId>{id("lua/dddddddddddd")});
}

TEST_F(Scan, OwnPathsAreNoReference) {
  put("a", "/home/me/store/self/aaaaaaaaaaaa");
  ScanResult result = scan();
  EXPECT_TRUE(result.references.empty());
  EXPECT_NE(result.lines.find(R"("places":[[0,32,"self"]])"), std::string::npos) << result.lines;
}

TEST_F(Scan, AFolderCalledHashdistBelowTheTopIsContent) {
  put("lib/_hashdist/x", kZlib);
  EXPECT_EQ(scan().references, std::set<ArtifactId>{id(kZlib)});
}

/// Long files with references at random places, many of them across the borders of the pieces that
/// are read.
TEST_F(Scan, FindsInPiecesWhatASearchOfTheWholeFinds) {
  constexpr std::size_t kPiece = 128 << 10;
  std::mt19937 random(1);
  const std::string paths[] = {"/home/me/store/zlib/cccccccccccc",
                               "/disk/me/store/self/aaaaaaaaaaaa", "lua/dddddddddddd",
                               "/home/me/store/zlib/cccccccccccd"};
  ReferenceSearch search(options());
  for (int round = 0; round < 40; ++round) {
    std::string content(kPiece * 2 + random() % kPiece, '/');
    for (char& c : content)
      if (random() % 4 != 0) c = static_cast<char>('a' + random() % 26);
    auto insert = [&](std::size_t at) {
      const std::string& path = paths[random() % 4];
      if (at + path.size() <= content.size()) content.replace(at, path.size(), path);
    };
    for (int i = 0; i < 20; ++i)
      insert(random() % content.size());
    for (std::size_t border : {kPiece, 2 * kPiece})
      insert(border - 60 + random() % 120);
    insert(content.size() - 32);
    put("file", content);

    std::vector<FoundReference> found;
    search.search(content, 0, content.size(), found);
    std::string places;
    for (const FoundReference& one : found) {
      if (one.length == 0) continue;
      std::string who = one.target == 0 ? "self" : search.targets()[one.target].str();
      places += (places.empty() ? "[[" : "],[") + std::to_string(one.offset) + "," +
                std::to_string(one.length) + ",\"" + who + "\"";
    }
    ASSERT_NE(scan().lines.find("\"places\":" + places + "]]"), std::string::npos) << round;
  }
}

TEST_F(Scan, ASpecialFileIsAnErrorThatNamesIt) {
  ASSERT_EQ(mkfifo((tmp_.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { scan(); }),
            tmp_.path() + "/pipe is no file, directory or link (a socket, pipe or device?): an "
                          "artifact cannot keep it");
}

TEST_F(Scan, AStopEndsIt) {
  put("a", "x");
  std::stop_source stop;
  stop.request_stop();
  try {
    scan_artifact(Dir::open(tmp_.path()), options(), stop.get_token());
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::interrupted);
  }
}

} // namespace
} // namespace hdist
