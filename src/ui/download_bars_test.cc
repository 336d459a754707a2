#include "ui/download_bars.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

constexpr int64_t kMiB = 1 << 20;

TEST(TransferText, SaysHowFastAndHowLong) {
  EXPECT_EQ(transfer_text(0, 0, 1000, 0), "0%");
  EXPECT_EQ(transfer_text(500, 500, 1000, 0.5), "50%");
  EXPECT_EQ(transfer_text(2 * kMiB, 3 * kMiB, 4 * kMiB, 2), "75% 1.0 MiB/s 1.0 s left");
  EXPECT_EQ(transfer_text(2 * kMiB, 2 * kMiB, -1, 2), "2.0 MiB 1.0 MiB/s");
  EXPECT_EQ(transfer_text(4 * kMiB, 4 * kMiB, 4 * kMiB, 2), "100% 2.0 MiB/s");
}

TEST(BarLine, HasTheNameABarAndHowLong) {
  const Download half{"lua.tar.gz", 2 * kMiB, 4 * kMiB, 0, 2};
  EXPECT_EQ(bar_line(half, 80),
            "lua.tar.gz                   [=======>      ] 50% 1.0 MiB/s 2.0 s left");
  EXPECT_EQ(bar_line({"lua.tar.gz", 2 * kMiB, -1, 0, 2}, 80),
            "lua.tar.gz                   2.0 MiB 1.0 MiB/s");
}

TEST(BarLine, FitsTheTerminalAndKeepsTheEndOfALongName) {
  const Download download{std::string(100, 'a') + "\x1b[2J-1.2.tar.gz", kMiB, 4 * kMiB, 0, 2};
  for (int width = 1; width < 200; ++width)
    EXPECT_LE(bar_line(download, width).size(), static_cast<std::size_t>(width));
  EXPECT_NE(bar_line(download, 80).find("-1.2.tar.gz"), std::string::npos);
  EXPECT_EQ(bar_line(download, 80).find('\x1b'), std::string::npos);
}

TEST(BarLine, TheLongestTextFitsBesideABar) {
  const Download slow{"lua.tar.gz", 1023 * kMiB, 4096 * kMiB, 0, 1100};
  EXPECT_TRUE(bar_line(slow, 79).ends_with("24% 952.3 KiB/s 55 min 05 s left"))
      << bar_line(slow, 79);
}

TEST(BarLine, NoCharacterIsCutInTwo) {
  std::string name;
  for (int i = 0; i < 40; ++i)
    name += "\u65e5";
  for (int width = 1; width < 100; ++width) {
    const std::string line = bar_line({name, kMiB, 4 * kMiB, 0, 2}, width);
    EXPECT_TRUE(is_valid_utf8(line)) << width;
    EXPECT_TRUE(is_valid_utf8(cut_to_columns(name, static_cast<std::size_t>(width)))) << width;
  }
}

TEST(TotalText, IsTheSumOfWhatRunsAndWhatEnded) {
  const Download whole{"a", kMiB, 2 * kMiB, 0, 1}, resumed{"b", kMiB, 4 * kMiB, kMiB, 1};
  EXPECT_EQ(total_text({whole, resumed}, {.count = 3, .bytes = 2 * kMiB}, 3),
            "3/5 downloads 50% 1.0 MiB/s 4.0 s left");
  EXPECT_EQ(total_text({{"a", kMiB, -1, 0, 1}}, {}, 1), "0/1 downloads 1.0 MiB 1.0 MiB/s");
}

} // namespace
} // namespace hdist
