#include "model/source_key.h"

#include "data/json.h"
#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string full_key() {
  return "tar.gz:" + sha256("x").base32();
}

TEST(SourceKey, KeysOfHashDistNameTheDigestOfTheArchivesBytes) {
  Value all = golden_json("archives.json");
  for (const Value& archive : *all.find("archives")->if_list()) {
    if (archive.find("key") == nullptr) continue; // refused when it was fetched
    std::optional<SourceKey> key = SourceKey::parse(text_of(archive, "key"));
    ASSERT_TRUE(key) << text_of(archive, "key");
    EXPECT_EQ(source_type_text(key->type()), text_of(archive, "type"));
    EXPECT_TRUE(key->is_short());
    std::string bytes = base64_decode(text_of(archive, "archive_base64")).value();
    EXPECT_EQ(sha256(bytes).hex(), text_of(archive, "sha256"));
    EXPECT_TRUE(SourceKey::make(key->type(), sha256(bytes)).names_same(*key));
    EXPECT_EQ(key->str(), text_of(archive, "key"));
  }
}

TEST(SourceKey, MalformedKeysOfTheVectorsAreRefused) {
  Value all = golden_json("archives.json");
  for (const Value& example : *all.find("key_parsing_on_unpack")->if_list())
    EXPECT_FALSE(SourceKey::parse(text_of(example, "key"))) << text_of(example, "key");
}

TEST(SourceKey, EveryTypeHasOneSpellingButForTheFoundingDocumentsTargz) {
  for (const char* text :
       {"tar.gz", "tar.bz2", "tar.xz", "tar.zst", "tar", "zip", "file", "files", "dir", "git"}) {
    ASSERT_TRUE(parse_source_type(text)) << text;
    EXPECT_EQ(source_type_text(*parse_source_type(text)), text);
  }
  EXPECT_EQ(SourceKey::parse("targz:" + sha256("x").base32())->str(), full_key());
  EXPECT_FALSE(parse_source_type("TAR.GZ"));
}

TEST(SourceKey, RefusesWhatIsNoCanonicalDigest) {
  std::string digest = sha256("x").base32();
  EXPECT_TRUE(SourceKey::parse("dir:" + digest));
  for (const std::string& bad :
       {digest, "dir:" + digest + "a", "dir:" + digest.substr(0, 51), "dir:" + digest.substr(0, 31),
        "dir:" + digest.substr(0, 31) + "1", "dir:../" + digest.substr(0, 29), "DIR:" + digest,
        "rar:" + digest, "dir:" + digest + ":", std::string("dir:"), std::string()})
    EXPECT_FALSE(SourceKey::parse(bad)) << bad;
}

TEST(SourceKey, AGitKeyIsAWholeCommit) {
  std::string commit(40, 'a');
  EXPECT_EQ(SourceKey::parse("git:" + commit)->digest(), commit);
  EXPECT_FALSE(SourceKey::parse("git:" + commit)->is_short());
  EXPECT_FALSE(SourceKey::parse("git:" + std::string(39, 'a')));
  EXPECT_FALSE(SourceKey::parse("git:" + std::string(40, 'A')));
  EXPECT_FALSE(SourceKey::parse("git:" + sha256("x").base32()));
  EXPECT_EQ(message_of([] { SourceKey::make(SourceType::git, sha256("x")); }).substr(0, 32),
            "a git key is made of a commit, n");
}

TEST(SourceKey, AShortDigestNamesTheSameItemAsTheWholeOne) {
  SourceKey full = *SourceKey::parse(full_key());
  SourceKey half = *SourceKey::parse(full_key().substr(0, 7 + 32));
  EXPECT_TRUE(full.names_same(half) && half.names_same(full) && half.names_same(half));
  EXPECT_FALSE(full.names_same(SourceKey::make(SourceType::tar_gz, sha256("y"))));
  EXPECT_FALSE(full.names_same(SourceKey::make(SourceType::zip, sha256("x"))));
  EXPECT_NE(full, half);
}

// The vectors differ in three addresses, where DESIGN.md decides otherwise than HashDist did.
TEST(SourceKey, TheTypeFollowsFromTheEndOfTheAddressesPath) {
  Value all = golden_json("archives.json");
  for (const Value& example : *all.find("type_from_url")->if_list())
    if (const Value* type = example.find("type")) {
      ASSERT_TRUE(source_type_of_url(text_of(example, "url"))) << text_of(example, "url");
      EXPECT_EQ(source_type_text(*source_type_of_url(text_of(example, "url"))), *type->if_string());
    }
  EXPECT_EQ(source_type_of_url("http://x/foo.tar"), SourceType::tar);
  EXPECT_EQ(source_type_of_url("http://x/foo.TAR.GZ"), SourceType::tar_gz);
  EXPECT_EQ(source_type_of_url("http://x/foo.tar.gz?x=1"), SourceType::tar_gz);
  EXPECT_EQ(source_type_of_url("http://x/foo.tar.xz#y.zip"), SourceType::tar_xz);
  EXPECT_EQ(source_type_of_url("http://x/foo.txz"), SourceType::tar_xz);
  EXPECT_EQ(source_type_of_url("http://x/foo.tar.zst"), SourceType::tar_zst);
  EXPECT_EQ(source_type_of_url("http://x/foo.tbz"), SourceType::tar_bz2);
  EXPECT_EQ(source_type_of_url("deb-src:lua5.4/lua5.4_5.4.4.orig.tar.gz"), SourceType::tar_gz);
  EXPECT_EQ(source_type_of_url("/a/b#1/c?.tgz"), SourceType::tar_gz);
  for (const char* url : {"http://x/foo", "http://x/get?file=foo.zip", "http://x/targz", ""})
    EXPECT_FALSE(source_type_of_url(url)) << url;
}

TEST(Expectation, IsMetByEveryArchiveTypeWhenItIsADigestAlone) {
  Digest digest = sha256("x");
  Expectation hex = Expectation::parse("sha256:" + digest.hex()).value();
  std::string_view bytes(reinterpret_cast<const char*>(digest.bytes().data()), 32);
  Expectation sri = Expectation::parse("sha256-" + base64_encode(bytes)).value();
  EXPECT_EQ(hex.str(), sri.str());
  EXPECT_FALSE(hex.key());
  EXPECT_TRUE(hex.met_by(SourceKey::make(SourceType::tar_gz, digest)));
  EXPECT_TRUE(sri.met_by(SourceKey::make(SourceType::zip, digest)));
  EXPECT_TRUE(hex.met_by(SourceKey::make(SourceType::file, digest)));
  EXPECT_FALSE(hex.met_by(SourceKey::make(SourceType::dir, digest)));
  EXPECT_FALSE(hex.met_by(SourceKey::make(SourceType::tar_gz, sha256("y"))));
}

TEST(Expectation, IsMetByTheSameItemWhenItIsAKey) {
  Expectation expected = Expectation::parse(full_key()).value();
  EXPECT_EQ(expected.str(), full_key());
  EXPECT_TRUE(expected.met_by(SourceKey::make(SourceType::tar_gz, sha256("x"))));
  EXPECT_FALSE(expected.met_by(SourceKey::make(SourceType::tar_xz, sha256("x"))));
}

TEST(Expectation, RefusesOtherDigests) {
  for (const char* bad : {"", "sha256:", "sha256:abc", "sha256-abc", "md5:0123", "sha512-abcd"})
    EXPECT_FALSE(Expectation::parse(bad)) << bad;
}

} // namespace
} // namespace hdist
