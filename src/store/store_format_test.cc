#include "store/store_format.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace hdist {
namespace {

TEST(StoreFormat, PathsThatToolsMisreadAreRefused) {
  for (const char* path :
       {"/a b", "/a:b", "/a%b", "/a=b", "/a,b", "/a$b", "/a\tb", "/a#b", "/\xc3\xa4"}) {
    try {
      check_store_path(path);
      ADD_FAILURE() << path;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), "store.bad-path");
      EXPECT_EQ(e.kind(), ErrorKind::usage);
      EXPECT_FALSE(e.advice().empty());
    }
  }
  EXPECT_EQ(message_of([] { check_store_path("/home/x@y.org/a+b~1_2-3"); }), "(no error)");
}

TEST(StoreFormat, TheMessageAboutAPathSaysWhatIsWrongWhere) {
  std::string text = message_of([] { check_store_path("/home/J\xc3\xbcrgen/s"); });
  EXPECT_NE(text.find("has a character outside ASCII at position 8"), std::string::npos) << text;
  text = message_of([] { check_store_path("/my store"); });
  EXPECT_NE(text.find("has a space at position 4"), std::string::npos) << text;
}

TEST(StoreFormat, ARefusedWriteNamesTheStoreAndAdvises) {
  try {
    throw_from_writing("/s", system_error(EROFS, "mkdirat", "/s/zlib"));
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "store.not-writable");
    EXPECT_EQ(e.message(),
              "the artifact store /s cannot be written: mkdirat /s/zlib: Read-only file system");
    EXPECT_FALSE(e.advice().empty());
  }
  EXPECT_EQ(message_of([] { throw_from_writing("/s", system_error(EIO, "mkdirat", "/s/zlib")); }),
            "mkdirat /s/zlib: Input/output error");
}

} // namespace
} // namespace hdist
