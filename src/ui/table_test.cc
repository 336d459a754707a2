#include "ui/table.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const std::vector<TableColumn> kColumns{{"NAME"}, {"SIZE", true}, {"KEPT BY", false, true}};

TEST(Table, ColumnsAreAlignedAndNoLineEndsInBlanks) {
  EXPECT_EQ(table_text(kColumns, {{"a", "12 B", "x"}, {"bcd", "1.5 KiB", ""}}, 0),
            "a       12 B  x\n"
            "bcd  1.5 KiB\n");
}

TEST(Table, ATerminalGetsTitlesAndNoLineIsLonger) {
  const std::string path = "/home/somebody/.hashdist/generations/stack-abcdefghijkl/12";
  const std::string text = table_text(kColumns, {{"lua", "1 B", path}}, 40);
  EXPECT_EQ(text, "NAME  SIZE  KEPT BY\n"
                  "lua    1 B  /home/somebo...cdefghijkl/12\n");
  for (std::size_t width = 30; width < 90; ++width) {
    const std::string fitted = table_text(kColumns, {{"lua", "1 B", path}}, width);
    EXPECT_LE(fitted.size() - fitted.find('\n') - 2, width) << fitted;
    EXPECT_TRUE(fitted.ends_with("/12\n")) << fitted;
  }
}

TEST(Table, NothingHasNoTitles) {
  EXPECT_EQ(table_text(kColumns, {}, 80), "");
}

TEST(Table, AMiddleIsLeftOutBetweenCharacters) {
  EXPECT_EQ(with_short_middle("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(with_short_middle("abcdefghij", 7), "ab...ij");
  EXPECT_EQ(with_short_middle("\u00e4\u00f6\u00fcdefgh\u00e4\u00f6\u00fc", 7),
            "\u00e4\u00f6...\u00f6\u00fc");
}

} // namespace
} // namespace hdist
