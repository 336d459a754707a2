#include "profile/registry.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(Registry, AWordWithASlashIsAPath) {
  EXPECT_EQ(profile_path("/a/b", {}), "/a/b");
  EXPECT_EQ(profile_path("./b", {}), absolute_path("b"));
}

TEST(Registry, ANameIsLookedUpInOrderAndMadeInTheFirst) {
  TempDir one, two;
  write_file(two.path() + "/site", "");
  EXPECT_EQ(profile_path("site", {one.path(), two.path()}), two.path() + "/site");
  EXPECT_EQ(profile_path("new", {one.path(), two.path()}, true), one.path() + "/new");
}

TEST(Registry, AnUnknownNameIsShownWithTheNearest) {
  TempDir tmp;
  write_file(tmp.path() + "/quickstart", "");
  EXPECT_NE(
      message_of([&] { profile_path("quickstrat", {tmp.path()}); }).find("is 'quickstart' meant?"),
      std::string::npos);
}

TEST(Registry, NamesThatClimbOutAreNone) {
  for (const char* name : {"", ".", "..", "-x"})
    EXPECT_NE(message_of([&] { profile_path(name, {"/tmp"}, true); }).find("is no profile name"),
              std::string::npos)
        << name;
}

} // namespace
} // namespace hdist
