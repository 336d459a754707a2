#include "data/toml.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string error_of(const std::string& text) {
  return message_of([&] { read_toml("b.toml", text); });
}

TEST(Toml, BecomesValuesWithTheirPlaces) {
  Document document =
      read_toml("b.toml", "a = \"x\"\nb = [1, true]\n[c]\n  d = 'y'\ne = {f = 2}\n");
  EXPECT_EQ(document.root,
            read_json("j", R"({"a": "x", "b": [1, true], "c": {"d": "y", "e": {"f": 2}}})").root);
  EXPECT_EQ(document.root.find("c")->find("d")->position(), (Position{4, 7}));
  EXPECT_EQ(document.root.find("c")->find("d")->key_position(), (Position{4, 3}));
}

TEST(Toml, MistakesAreShownWithTheirLine) {
  EXPECT_TRUE(error_of("a = 1\nb = \n").starts_with("b.toml:2:"));
  EXPECT_TRUE(error_of("a = 1\na = 2\n").starts_with("b.toml:2:"));
  EXPECT_TRUE(error_of("a = 1.5\n").starts_with("b.toml:1:5: expected a string"));
  EXPECT_TRUE(error_of("a = 1979-05-27\n").starts_with("b.toml:1:5: expected a string"));
  EXPECT_TRUE(error_of("a = '\xff'\n").starts_with("b.toml:1:"));
  EXPECT_NE(error_of(std::string((1 << 20) + 1, '\n')).find("larger than 1 MiB"),
            std::string::npos);
  EXPECT_NE(error_of("a = " + std::string(10000, '[')), "(no error)");
}

} // namespace
} // namespace hdist
