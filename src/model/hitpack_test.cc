#include "model/hitpack.h"

#include "data/json.h"
#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hdist {
namespace {

PackFiles files_of(const Value& example) {
  PackFiles files;
  for (const Value& file : *example.find("files")->if_list())
    files.emplace_back(text_of(file, "name"),
                       base64_decode(text_of(file, "content_base64")).value());
  return files;
}

/// Documented difference: a pack with a file called "." is no pack here, because nobody could
/// unpack it.
bool has_a_file_called_dot(const PackFiles& files) {
  return std::any_of(files.begin(), files.end(),
                     [](const auto& file) { return file.first == "."; });
}

TEST(Hitpack, PacksAndKeysAreHashDists) {
  int tried = 0;
  Value all = golden_json("hitpack.json");
  for (const Value& example : *all.if_list()) {
    PackFiles files = files_of(example);
    if (has_a_file_called_dot(files)) continue;
    ++tried;
    std::string bytes = write_hitpack(files);
    EXPECT_EQ(bytes.size(), *example.find("pack_size")->if_integer()->as_int64());
    EXPECT_EQ(sha256(bytes).hex(), text_of(example, "pack_sha256"));
    if (const Value* expected = example.find("pack_base64")) {
      EXPECT_EQ(base64_encode(bytes), *expected->if_string());
    }
    EXPECT_EQ(hitpack_key(bytes).str().substr(0, 6 + 32), text_of(example, "key"));
    std::sort(files.begin(), files.end());
    EXPECT_EQ(read_hitpack(bytes), files);
  }
  EXPECT_EQ(tried, 8);
}

TEST(Hitpack, AFileThatIsCalledLikeTheDirectoryItselfIsRefused) {
  Value all = golden_json("hitpack.json");
  for (const Value& example : *all.if_list()) {
    PackFiles files = files_of(example);
    if (!has_a_file_called_dot(files)) continue;
    EXPECT_EQ(message_of([&] { write_hitpack(files); }),
              "cannot make a pack of these files: \".\" is no relative path without '.' and '..'");
    std::string bytes = base64_decode(text_of(example, "pack_base64")).value();
    EXPECT_EQ(message_of([&] { read_hitpack(bytes); }),
              "this is no valid pack of files: \".\" is no relative path without '.' and '..'");
  }
}

TEST(Hitpack, NamesThatWouldClimbOutAreRefusedInBothDirections) {
  for (const std::string name : {"../x", "/x", "a/../../x", "", "a//b", "a/"}) {
    EXPECT_NE(message_of([&] { write_hitpack({{name, "y"}}); }), "(no error)") << name;
    std::string bytes = "HDSTPCK1";
    bytes += static_cast<char>(name.size());
    bytes += std::string("\0\0\0\1\0\0\0", 7) + name + "y";
    EXPECT_NE(message_of([&] { read_hitpack(bytes); }), "(no error)") << name;
  }
}

TEST(Hitpack, ANameGivenTwiceIsRefused) {
  EXPECT_EQ(message_of([] {
              write_hitpack({{"a", "1"}, {"a", "2"}});
            }),
            "cannot make a pack of these files: \"a\" is there twice");
}

TEST(Hitpack, ReadsNothingButWholePacks) {
  std::string bytes = write_hitpack({{"a", "content"}, {"b/c", std::string("\0\n", 2)}});
  EXPECT_EQ(read_hitpack(bytes).size(), 2U);
  std::size_t whole = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    if (message_of([&] { read_hitpack(bytes.substr(0, size)); }) == "(no error)") ++whole;
  EXPECT_EQ(whole, 2U); // the magic alone, and after the first file: packs of fewer files
  EXPECT_EQ(message_of([&] { read_hitpack("PK\x03\x04"); }),
            "this is no valid pack of files: it does not start with HDSTPCK1");
  EXPECT_EQ(message_of([&] { read_hitpack("HDSTPCK1" + std::string(8, '\xff')); }),
            "this is no valid pack of files: it ends within a file");
}

} // namespace
} // namespace hdist
