#include "config/trust.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

struct stat info(uid_t owner, gid_t group, mode_t mode) {
  struct stat result {};
  result.st_uid = owner;
  result.st_gid = group;
  result.st_mode = S_IFREG | mode;
  return result;
}

constexpr uid_t kSomebody = 54321; // nobody in any password file
constexpr gid_t kGroup = 54322;

TEST(Trust, RootAndTheUserMayOwnAFile) {
  EXPECT_FALSE(why_untrusted(info(kSomebody, kGroup, 0644), kSomebody));
  EXPECT_FALSE(why_untrusted(info(0, 0, 0644), kSomebody));
  EXPECT_EQ(why_untrusted(info(12345, kGroup, 0600), kSomebody), "it belongs to user 12345");
  EXPECT_EQ(why_untrusted(info(kSomebody, kGroup, 0600), 0), "it belongs to user 54321");
}

TEST(Trust, NobodyElseMayWriteToIt) {
  EXPECT_EQ(why_untrusted(info(kSomebody, kGroup, 0646), kSomebody), "everybody may write to it");
  EXPECT_EQ(why_untrusted(info(kSomebody, kGroup, 0664), kSomebody),
            "its group 54322 may write to it");
}

TEST(Trust, AGroupIsOnesOwnWhenItIsCalledLikeTheUser) {
  EXPECT_TRUE(is_own_group(0, 0)); // root's group has no other member anywhere
  EXPECT_FALSE(is_own_group(0, kSomebody));
  EXPECT_FALSE(is_own_group(kGroup, 0));
  EXPECT_FALSE(why_untrusted(info(0, 0, 0664), 0));
}

TEST(Trust, AUserIsSaidByNameOrNumber) {
  EXPECT_EQ(user_of("root"), 0u);
  EXPECT_EQ(user_of("4242"), 4242u);
  for (const char* none : {"", "-1", "12x", "no-such-user-here", "99999999999999"})
    EXPECT_EQ(code_of([&] { user_of(none); }), "config.value") << none;
}

} // namespace
} // namespace hdist
