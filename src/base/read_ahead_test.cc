#include "base/read_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace hdist {
namespace {

constexpr ReadAheadOptions kAtOnce{.alone_bytes = 0, .piece_bytes = 10, .pieces = 2};

/// "0 1 2 ..." up to `count` numbers, one at a time, then what `at_end` does.
class Numbers {
public:
  explicit Numbers(int count) : count_(count) {}
  std::string_view operator()() {
    if (at_ == count_ && fails_) throw std::runtime_error("the end is missing");
    if (at_ == count_) return {};
    text_ = std::to_string(at_++) + " ";
    return text_;
  }
  Numbers failing() {
    fails_ = true;
    return *this;
  }

private:
  int count_, at_ = 0;
  bool fails_ = false;
  std::string text_;
};

std::string all_of(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += std::to_string(i) + " ";
  return text;
}

std::string read_all(ReadAhead& reader) {
  std::string text;
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next())
    text += piece;
  return text;
}

TEST(ReadAhead, gives_all_bytes_in_order) {
  for (const int count : {0, 1, 7, 1000, 50'000})
    for (const std::size_t alone : {std::size_t{0}, std::size_t{100}, std::size_t{1} << 30}) {
      ReadAhead reader(Numbers(count), {.alone_bytes = alone, .piece_bytes = 1000, .pieces = 3});
      EXPECT_EQ(read_all(reader), all_of(count)) << alone;
    }
}

TEST(ReadAhead, the_end_stays_the_end) {
  ReadAhead reader(Numbers(3), kAtOnce);
  EXPECT_EQ(read_all(reader), "0 1 2 ");
  EXPECT_EQ(reader.next(), "");
}

TEST(ReadAhead, an_exception_comes_after_the_bytes_before_it) {
  for (const std::size_t alone : {std::size_t{0}, std::size_t{1} << 30}) {
    ReadAhead reader(Numbers(100).failing(),
                     {.alone_bytes = alone, .piece_bytes = 10, .pieces = 2});
    std::string text;
    EXPECT_THROW(
        {
          for (;;)
            text += reader.next();
        },
        std::runtime_error);
    EXPECT_EQ(text, all_of(100));
    EXPECT_EQ(reader.next(), "");
  }
}

TEST(ReadAhead, can_be_left_at_any_piece) {
  for (int read = 0; read < 20; ++read) {
    ReadAhead reader(Numbers(1'000'000), kAtOnce);
    for (int i = 0; i < read; ++i)
      EXPECT_NE(reader.next(), "");
  }
}

TEST(ReadAhead, holds_no_more_than_it_may) {
  std::atomic<int> made = 0;
  ReadAhead reader(
      [&made]() -> std::string_view {
        ++made;
        return "0123456789";
      },
      kAtOnce);
  for (int taken = 1; taken < 50; ++taken) {
    EXPECT_EQ(reader.next().size(), 10U);
    std::this_thread::yield();
    // Ready, taken, and one that waits to be handed over.
    EXPECT_LE(made, taken + 2 + 1);
  }
}

} // namespace
} // namespace hdist
