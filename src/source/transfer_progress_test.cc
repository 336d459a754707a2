#include "source/transfer_progress.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(TransferProgress, TellsOfTheFarthestAloneUntilItEnds) {
  RecordedEvents events;
  TransferProgress progress(events, "x");
  const int a = 0, b = 0;
  progress.tell(&a, 10, 100);
  progress.tell(&b, 5, 100);
  progress.tell(&b, 20, 100);
  progress.tell(&a, 15, 100);
  progress.end(&a);
  progress.tell(&a, 16, 100);
  progress.end(&b);
  progress.tell(&a, 17, 100);
  progress.tell(&a, 100, 100);
  std::vector<int64_t> told;
  for (const Progress& event : events.progress()) {
    EXPECT_EQ(event.name, "x");
    told.push_back(event.done);
  }
  EXPECT_EQ(told, (std::vector<int64_t>{10, 20, 17, 100}));
}

} // namespace
} // namespace hdist
