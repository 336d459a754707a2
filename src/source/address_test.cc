#include "source/address.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using Kind = Address::Kind;

TEST(Address, ItsKindShowsInItsBeginning) {
  EXPECT_EQ(parse_address("https://www.lua.org:444/x").host, "www.lua.org");
  EXPECT_EQ(parse_address("HTTP://h/x").kind, Kind::http);
  EXPECT_EQ(parse_address("http://").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("deb-src:lua/lua.tar.gz").rest, "lua/lua.tar.gz");
  EXPECT_EQ(parse_address("./a:b").kind, Kind::local);
  EXPECT_EQ(parse_address("a:b").kind, Kind::local);
  EXPECT_EQ(parse_address("ftp://h/x").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("git:x").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("").rest, "no address is given");
}

TEST(Address, AFileAddressIsADecodedPath) {
  EXPECT_EQ(parse_address("file:///a%20b/c").rest, "/a b/c");
  EXPECT_EQ(parse_address("file://localhost/a").rest, "/a");
  EXPECT_EQ(parse_address("file:/a").rest, "/a");
  EXPECT_EQ(parse_address("file:rel/a").rest, "rel/a");
  EXPECT_EQ(parse_address("file://other/a").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("file:a%0").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("file:a%00b").kind, Kind::unsupported);
  EXPECT_EQ(parse_address("file:").kind, Kind::unsupported);
}

TEST(Address, APasswordIsNotShown) {
  EXPECT_EQ(public_address("https://me:secret@h.org/a@b"), "https://h.org/a@b");
  EXPECT_EQ(public_address("https://h.org/a@b"), "https://h.org/a@b");
  EXPECT_EQ(public_address("https://a@b@h?x=@"), "https://h?x=@");
  EXPECT_EQ(public_address("/home/me@x"), "/home/me@x");
}

TEST(Address, ItsLastPartIsTheFileNameWhenItCanBeOne) {
  EXPECT_EQ(address_file_name("https://h/a/lua%2B1.tar.gz?download=1"), "lua+1.tar.gz");
  EXPECT_EQ(address_file_name("deb-src:lua5.4=1/lua.orig.tar.gz"), "lua.orig.tar.gz");
  EXPECT_EQ(address_file_name("/a/b/"), "b");
  EXPECT_EQ(address_file_name("https://h/a/%2e%2e"), "");
  EXPECT_EQ(address_file_name("https://h/a/x%2Fy"), "");
  EXPECT_EQ(address_file_name("https://h/a%0Ab"), "");
  EXPECT_EQ(address_file_name("https://h"), "");
  EXPECT_EQ(address_file_name("https://h/" + std::string(256, 'a')), "");
}

TEST(Address, TheTypeIsAsExpectedElseByTheEndElseByTheContent) {
  Expectation key(SourceKey::make(SourceType::zip, sha256("")));
  std::optional<Expectation> digest = Expectation::parse("sha256:" + sha256("").hex());
  EXPECT_EQ(type_of_address(key, "http://h/x.tar.gz", ""), SourceType::zip);
  EXPECT_EQ(type_of_address(digest, "http://h/x.tar.gz", ""), SourceType::tar_gz);
  EXPECT_EQ(type_of_address({}, "http://h/x.tgz?y", ""), SourceType::tar_gz);
  EXPECT_EQ(type_of_address({}, "http://h/download", fake_tar_gz("")), SourceType::tar_gz);
  EXPECT_EQ(type_of_address({}, "http://h/download", "text"), SourceType::file);
}

TEST(Address, APathThatIsNoUtf8IsNotedAsAFileAddress) {
  EXPECT_EQ(noted_path("/a b/ü"), "/a b/ü");
  EXPECT_EQ(noted_path("/a b%/\xff#"), "file:/a%20b%25/%ff%23");
  EXPECT_EQ(parse_address(noted_path("/a b%/\xff#")).rest, "/a b%/\xff#");
  EXPECT_EQ(parse_git_address(noted_path("/a b%/\xff#.git") + "#x")->remote, "/a b%/\xff#.git");
}

} // namespace
} // namespace hdist
