#include "data/position_finder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hdist {
namespace {

TEST(PositionFinder, CountsLinesAndCodePointsFromOne) {
  PositionFinder finder("ab\nd\xC3\xA9g\r\n\nx");
  EXPECT_EQ(finder.at(0), (Position{1, 1}));
  EXPECT_EQ(finder.at(2), (Position{1, 3}));
  EXPECT_EQ(finder.at(3), (Position{2, 1}));
  EXPECT_EQ(finder.at(6), (Position{2, 3})); // behind the two bytes of one letter
  EXPECT_EQ(finder.at(9), (Position{3, 1}));
  EXPECT_EQ(finder.at(10), (Position{4, 1}));
  EXPECT_EQ(finder.at(999), (Position{4, 2}));
}

TEST(PositionFinder, AnswersDoNotDependOnTheOrderOfTheQuestions) {
  const std::string text = "a\nbb\n\nc\xE2\x82\xAC"
                           "c\n\nlast line";
  std::vector<Position> forward;
  PositionFinder finder(text);
  for (std::size_t i = 0; i <= text.size(); ++i)
    forward.push_back(finder.at(i));
  for (std::size_t i = text.size() + 1; i-- > 0;)
    EXPECT_EQ(finder.at(i), forward[i]) << i;
  for (const std::size_t i : {7u, 1u, 12u, 0u, 5u, 4u, 20u, 2u})
    EXPECT_EQ(finder.at(i), forward[i]) << i;
}

} // namespace
} // namespace hdist
