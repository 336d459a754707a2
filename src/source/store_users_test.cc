#include "source/store_users.h"

#include "base/error.h"
#include "base/parallel.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

namespace hdist {
namespace {

TEST(StoreUsers, AUserIsThereFromItsFirstUseToItsEnd) {
  TempDir tmp;
  Dir store = Dir::open(tmp.path());
  StoreUser other;
  EXPECT_FALSE(other.others_since(store, true));
  {
    StoreUser user;
    user.enter(store);
    user.enter(store);
    EXPECT_FALSE(user.others_since(store, true));
    EXPECT_EQ(store.open_dir("users").list().size(), 1U);
    std::optional<int64_t> since = other.others_since(store, true);
    ASSERT_TRUE(since);
    EXPECT_LE(std::abs(*since - std::time(nullptr)), 5);
  }
  EXPECT_FALSE(other.others_since(store, true));
  EXPECT_TRUE(store.open_dir("users").list().empty());
}

// A race that is seldom lost; what it says for certain only the thread sanitizer sees.
TEST(StoreUsers, AThreadThatEntersMeanwhileIsNoOther) {
  TempDir tmp;
  Dir store = Dir::open(tmp.path());
  for (int round = 0; round < 100; ++round) {
    StoreUser user;
    parallel_for(2, 2, [&](std::size_t who) {
      if (who == 0) user.enter(store);
      for (int look = 0; who == 1 && look < 5; ++look)
        EXPECT_FALSE(user.others_since(store, false));
    });
  }
}

TEST(StoreUsers, TheDeadAreNone) {
  TempDir tmp;
  Dir store = Dir::open(tmp.path());
  pid_t child = ::fork();
  if (child == 0) {
    StoreUser user;
    user.enter(store);
    ::_exit(0); // no destructor runs
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(store.open_dir("users").list().size(), 1U);
  EXPECT_FALSE(StoreUser().others_since(store, false));
  EXPECT_EQ(store.open_dir("users").list().size(), 1U);
  EXPECT_FALSE(StoreUser().others_since(store, true));
  EXPECT_TRUE(store.open_dir("users").list().empty());
}

TEST(StoreUsers, AStoreThatCannotBeWrittenIsNoError) {
  TempDir tmp;
  write_file(tmp.path() + "/users", "in the way");
  Dir store = Dir::open(tmp.path());
  StoreUser user;
  EXPECT_NO_THROW(user.enter(store));
}

} // namespace
} // namespace hdist
