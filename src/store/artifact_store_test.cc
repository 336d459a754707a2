// Opening, finding and listing. Claims and publication are in attempt_test.cc.
#include "store/artifact_store.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"
#include "model/store_document.h"
#include "store/store_format.h"
#include "store/test_artifacts.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class ArtifactStoreTest : public testing::Test {
protected:
  ArtifactStore open(StoreOptions options = test_options()) {
    return ArtifactStore::open(path_, std::move(options));
  }
  std::string file(const std::string& name) { return path_ + "/zlib/" + name; }
  void replace(const std::string& path, const std::string& content) {
    fs::remove(path);
    write_file(path, content);
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  ArtifactId id_ = test_id("zlib");
  const std::string hash32_ = std::string(32, 'a');
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(StoreOptions, OneTrustsRootOneselfAndWhomeverTheSettingsName) {
  const StoreOptions options{.trusted_uids = {4321}};
  for (unsigned uid : {0U, static_cast<unsigned>(::geteuid()), 4321U})
    EXPECT_TRUE(options.trusts(uid)) << uid;
  EXPECT_FALSE(options.trusts(4322));
}

TEST_F(ArtifactStoreTest, OpeningMakesTheStoreWhateverTheUmask) {
  mode_t before = umask(0);
  open();
  umask(before);
  EXPECT_EQ(read_file(path_ + "/store.json"), store_json(StoreKind::artifacts));
  EXPECT_EQ(mode_of(path_), 0755u);
  EXPECT_EQ(mode_of(path_ + "/store.json"), 0444u);
  EXPECT_EQ(mode_of(path_ + "/roots"), 0755u);
}

TEST_F(ArtifactStoreTest, ASharedStoreKeepsGroupAndStickyBits) {
  StoreOptions options = test_options();
  options.group = true;
  ArtifactStore store = open(options);
  build_and_publish(store, id_);
  EXPECT_EQ(mode_of(path_), 03775u);
  EXPECT_EQ(mode_of(path_ + "/zlib"), 03775u);
  EXPECT_EQ(mode_of(path_ + "/roots"), 01777u);
  EXPECT_EQ(mode_of(file(id_.hash12())), 0755u);
}

TEST_F(ArtifactStoreTest, ManyProcessesMayOpenANewOneAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    pid_t child = fork();
    if (child == 0) _exit(code_of([&] { open(); }) == "(no error)" ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(read_file(path_ + "/store.json"), store_json(StoreKind::artifacts));
  std::string names;
  for (const Entry& entry : Dir::open(path_).list())
    names += entry.name + " ";
  EXPECT_EQ(names, fmt::format("gc.reserve.{} roots store.json ", geteuid()));
}

TEST_F(ArtifactStoreTest, APathThatToolsMisreadIsRefusedBeforeAnythingIsMade) {
  path_ = tmp_.path() + "/my store";
  EXPECT_EQ(code_of([&] { open(); }), "store.bad-path");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ArtifactStoreTest, AStoreThatWasMovedToSuchAPathIsReadAndNotBuiltIn) {
  open();
  fs::rename(path_, tmp_.path() + "/my store");
  path_ = tmp_.path() + "/my store";
  ArtifactStore store = open();
  const ArtifactId id = *ArtifactId::parse("zlib/" + std::string(32, 'a'));
  EXPECT_FALSE(store.find(id));
  EXPECT_EQ(code_of([&] { store.claim(id); }), "store.bad-path");
}

TEST_F(ArtifactStoreTest, ALinkToAPathThatToolsMisreadIsRefused) {
  fs::create_directory(tmp_.path() + "/a b");
  fs::create_symlink("a b", path_);
  EXPECT_EQ(code_of([&] { open(); }), "store.bad-path");
}

TEST_F(ArtifactStoreTest, AStoreOfAnotherKindIsAnErrorAndUntouched) {
  write_file(path_ + "/store.json",
             R"({"version":1,"kind":"sources","required":[],"optional":[]})");
  EXPECT_EQ(code_of([&] { open(); }), "store.other-kind");
  EXPECT_FALSE(fs::exists(path_ + "/roots"));
}

TEST_F(ArtifactStoreTest, AFeatureOfALaterReleaseIsRefused) {
  write_file(path_ + "/store.json",
             R"({"version":1,"kind":"artifacts","required":["shards"],"optional":[]})");
  EXPECT_EQ(code_of([&] { open(); }), "store.unknown-feature");
}

TEST_F(ArtifactStoreTest, AFileInItsPlaceIsAnError) {
  write_file(path_, "");
  std::string text = message_of([&] { open(); });
  EXPECT_NE(text.find("while opening the artifact store " + path_), std::string::npos) << text;
}

TEST_F(ArtifactStoreTest, ThePathKeepsLinksAndTheRealPathHasNone) {
  fs::create_directories(tmp_.path() + "/disk/home");
  fs::create_symlink("disk/home", tmp_.path() + "/home");
  path_ = tmp_.path() + "/home/store";
  ArtifactStore store = open();
  EXPECT_EQ(store.path(), tmp_.path() + "/home/store");
  EXPECT_EQ(store.real_path(), tmp_.path() + "/disk/home/store");
  Attempt attempt = must_claim(store, id_);
  EXPECT_EQ(attempt.path(), store.path() + "/" + id_.short_text());
}

TEST_F(ArtifactStoreTest, AnAbsentArtifactIsNotFound) {
  ArtifactStore store = open();
  EXPECT_FALSE(store.find(id_));
  Dir::open(path_).make_dir("zlib");
  EXPECT_FALSE(store.find(id_));
}

TEST_F(ArtifactStoreTest, AFoundArtifactIsAtItsPath) {
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, id_);
  EXPECT_EQ(store.path_of(record), path_ + "/zlib/aaaaaaaaaaaa");
  EXPECT_EQ(store.find(id_)->text(), record.text());
}

TEST_F(ArtifactStoreTest, ADamagedRecordIsAnErrorThatNamesTheFile) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  for (const char* text : {"", "{", "{}", "[1]"}) {
    replace(file(hash32_ + ".json"), text);
    try {
      store.find(id_);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), "store.bad-record");
      EXPECT_NE(e.message().find(file(hash32_ + ".json")), std::string::npos) << e.message();
      EXPECT_FALSE(e.advice().empty());
    }
  }
}

TEST_F(ArtifactStoreTest, ARecordUnderTheNameOfAnotherIsAnError) {
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, id_);
  std::string other = std::string(32, 'b');
  write_file(file(other + ".json"), record.text());
  chmod(file(other + ".json").c_str(), 0444);
  EXPECT_EQ(code_of([&] { store.find(test_id("zlib", 'b')); }), "store.bad-record");
}

TEST_F(ArtifactStoreTest, ARecordThatOthersMayWriteIsAsAbsent) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  chmod(file(hash32_ + ".json").c_str(), 0464);
  EXPECT_FALSE(store.find(id_));
  chmod(file(hash32_ + ".json").c_str(), 0444);
  EXPECT_TRUE(store.find(id_));
}

TEST_F(ArtifactStoreTest, ARecordThatIsALinkIsNotFollowed) {
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file("moved"));
  fs::create_symlink("moved", file(hash32_ + ".json"));
  EXPECT_EQ(code_of([&] { store.find(id_); }), "file.is-link");
}

TEST_F(ArtifactStoreTest, AnArtifactWithoutItsDirectoryIsAbsent) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(id_.hash12()), file("elsewhere"));
  EXPECT_FALSE(store.find(id_));
  fs::create_symlink("elsewhere", file(id_.hash12()));
  EXPECT_FALSE(store.find(id_)); // only an adopted artifact may be a link
}

TEST_F(ArtifactStoreTest, AnAdoptedArtifactIsALinkIntoTheOtherStore) {
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, id_);
  record.other_store = tmp_.path();
  fs::rename(file(id_.hash12()), tmp_.path() + "/real");
  fs::create_symlink(tmp_.path() + "/real", file(id_.hash12()));
  replace(file(hash32_ + ".json"), record.text());
  chmod(file(hash32_ + ".json").c_str(), 0444);
  EXPECT_TRUE(store.find(id_));
  fs::remove_all(tmp_.path() + "/real");
  EXPECT_FALSE(store.find(id_));
}

TEST_F(ArtifactStoreTest, ACondemnedRecordIsTakenBackByWhoLooks) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file(hash32_ + ".condemned"));
  EXPECT_EQ(store.list(), std::vector<ArtifactId>{id_});
  EXPECT_TRUE(std::holds_alternative<ArtifactRecord>(store.claim(id_)));
  EXPECT_EQ(names_in(store, "zlib"), "aaaaaaaaaaaa " + hash32_ + ".json");
}

TEST_F(ArtifactStoreTest, ListAndMatchGiveSortedIds) {
  ArtifactStore store = open();
  ArtifactId b = test_id("zlib", 'b');
  ArtifactId lua = test_id("lua");
  for (const ArtifactId& id : {b, id_, lua})
    build_and_publish(store, id);
  write_file(file("notes.json"), "");
  write_file(path_ + "/notes", "");
  using Ids = std::vector<ArtifactId>;
  EXPECT_EQ(store.list(), (Ids{lua, id_, b}));
  EXPECT_EQ(store.match("zlib"), (Ids{id_, b}));
  EXPECT_EQ(store.match("zlib/bbbb"), Ids{b});
  EXPECT_EQ(store.match(b.str()), Ids{b});
  EXPECT_EQ(store.match(b.short_text()), Ids{b});
  EXPECT_EQ(store.match("zlib/cccc"), Ids{});
  EXPECT_EQ(store.match("none"), Ids{});
  EXPECT_EQ(store.match("roots"), Ids{});
}

TEST_F(ArtifactStoreTest, MatchRefusesWhatIsTooShortAndWhatClimbsOut) {
  ArtifactStore store = open();
  EXPECT_EQ(code_of([&] { store.match("zlib/aaa"); }), "store.short-prefix");
  EXPECT_EQ(code_of([&] { store.match("zlib/"); }), "store.short-prefix");
  for (const char* text : {"", "..", "../zlib", "../../etc/passwd", "/etc/passwd", "zlib/../../x"})
    EXPECT_TRUE(store.match(text).empty()) << text;
}

TEST_F(ArtifactStoreTest, WhatIsBeingBuiltIsCalledLikeArtifacts) {
  ArtifactStore store = open();
  EXPECT_TRUE(store.being_built("zlib").empty());
  std::optional<Attempt> attempt = must_claim(store, id_);
  const Attempt other = must_claim(store, test_id("lua"));
  write_file(store.path() + "/zlib/" + std::string(32, 'b') + ".claim.1", "of a dead process");
  for (const std::string& text : {std::string("zlib"), std::string("zlib/aaaa"), id_.str()}) {
    const std::vector<ArtifactStore::Unpublished> found = store.being_built(text);
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_EQ(found[0].id, id_);
    EXPECT_EQ(found[0].path, attempt->path());
  }
  EXPECT_TRUE(store.being_built("zlib/bbbb").empty());
  EXPECT_TRUE(store.being_built("../zlib").empty());
  EXPECT_EQ(code_of([&] { store.being_built("zlib/aaa"); }), "store.short-prefix");
  attempt.reset();
  EXPECT_TRUE(store.being_built("zlib").empty());
}

TEST_F(ArtifactStoreTest, RootsAreRegisteredByAbsolutePath) {
  ArtifactStore store = open();
  store.add_root("/home/me/./profile/");
  ASSERT_EQ(store.roots().size(), 1u);
  EXPECT_EQ(store.roots()[0].path, "/home/me/profile");
  EXPECT_EQ(store.roots()[0].uid, geteuid());
  store.remove_root("/home/me/profile");
  EXPECT_TRUE(store.roots().empty());
}

TEST_F(ArtifactStoreTest, AStoreThatCannotBeWrittenIsReadAndRefusesClaimsClearly) {
  ArtifactStore mine = open();
  build_and_publish(mine, id_);
  auto as_nobody = [&] {
    std::vector<std::string> found;
    ArtifactStore store = open({.durable = false, .trusted_uids = {0}});
    if (!store.find(id_)) return std::string("not found");
    if (store.list().size() != 1) return std::string("not listed");
    std::string code = code_of([&] { store.claim(test_id("zlib", 'b')); });
    if (code != "store.not-writable") return "known name: " + code;
    code = code_of([&] { store.claim(test_id("lua")); });
    if (code != "store.not-writable") return "new name: " + code;
    code = code_of([&] { store.add_root("/x"); });
    return code == "store.not-writable" ? std::string() : "root: " + code;
  };
  chmod(tmp_.path().c_str(), 0755); // the test directory itself is private
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
    if (geteuid() == 0 || access(path_.c_str(), W_OK) == 0)
      for (const char* name : {"", "/zlib", "/roots"})
        chmod((path_ + name).c_str(), 0555);
    std::string problem = as_nobody();
    fprintf(stderr, "%s", problem.c_str());
    _exit(problem.empty() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

/// Types, modes and link targets of all that one publication, one taken over after a collision, a
/// claim and a root leave.
TEST_F(ArtifactStoreTest, TheLayoutIsTheOneOfTheGoldenFile) {
  ArtifactStore store = open();
  build_and_publish(store, test_id("lua"));
  Dir::open(path_).make_dirs("zlib").make_dir(id_.hash12());
  build_and_publish(store, id_);
  Attempt running = must_claim(store, test_id("zlib", 'b'));
  store.add_root("/home/me/profile");
  std::string text;
  walk_tree(Dir::open(path_), [&](const Dir&, const TreeEntry& entry) {
    if (entry.path.find("/bin/") != std::string::npos ||
        entry.path.find("/lib/") != std::string::npos)
      return;
    std::string path = replace_all(entry.path, "roots/" + std::to_string(geteuid()), "roots/UID");
    path = replace_all(path, "gc.reserve." + std::to_string(geteuid()), "gc.reserve.UID");
    std::string mode = entry.type == EntryType::symlink
                           ? "link"
                           : fmt::format("{:04o}", entry.stat.st_mode & 07777);
    bool is_claim = path.find(".claim.") != std::string::npos; // its mode is of no importance
    text += (is_claim ? "----" : mode) + " " + path +
            (entry.type == EntryType::directory ? "/" : "") +
            (entry.target.empty() ? "" : " -> " + entry.target) + "\n";
  });
  expect_golden("store/layout.txt", text);
}

} // namespace
} // namespace hdist
