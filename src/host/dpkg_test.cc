#include "host/dpkg.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

/// "gcc-12=12.2.0-14:amd64", or "(none)"
std::string owner(const std::string& dpkg, const std::string& path) {
  std::optional<DpkgPackage> package = dpkg_owners(dpkg, {path}).at(0);
  return package ? package->name + "=" + package->version + ":" + package->architecture : "(none)";
}

class Dpkg : public ::testing::Test {
protected:
  void list(const std::string& package, const std::string& files) {
    write_file(dir() + "/info/" + package + ".list", "/.\n/usr\n" + files);
  }
  void package(const std::string& name, const std::string& version, const std::string& architecture,
               const std::string& state = "install ok installed") {
    status_ += "Package: " + name + "\nStatus: " + state + "\nArchitecture: " + architecture +
               "\nVersion: " + version + "\nDescription: x\n Version: 9\n Package: no\n\n";
    write_file(dir() + "/status", status_);
  }
  std::string dir() const { return tmp_.path(); }

private:
  TempDir tmp_;
  std::string status_;
};

TEST_F(Dpkg, SaysWhichPackageOwnsAFile) {
  list("gcc-12", "/usr/bin\n/usr/bin/x86_64-linux-gnu-gcc-12\n");
  list("gcc", "/usr/bin/gcc\n/usr/bin/x86_64-linux-gnu-gcc\n");
  package("gcc", "4:12.2.0-3", "amd64");
  package("gcc-12", "12.2.0-14+deb12u1", "amd64");
  EXPECT_EQ(owner(dir(), "/usr/bin/x86_64-linux-gnu-gcc-12"), "gcc-12=12.2.0-14+deb12u1:amd64");
  EXPECT_EQ(owner(dir(), "/usr/bin/gcc"), "gcc=4:12.2.0-3:amd64");
  EXPECT_EQ(owner(dir(), "/usr/bin/gc"), "(none)");
  EXPECT_EQ(owner(dir(), "/usr/bin/gcc/"), "(none)");
}

TEST_F(Dpkg, AnswersEachOfManyQuestions) {
  list("a", "/usr/bin/a\n/usr/bin/a2\n");
  list("b", "/usr/bin/b"); // without the last newline
  package("a", "1", "all");
  package("b", "2", "amd64");
  auto owners =
      dpkg_owners(dir(), {"/usr/bin/b", "/nowhere", "/usr/bin/a2", "/usr/bin/a", "/usr/bin/a"});
  ASSERT_EQ(owners.size(), 5U);
  EXPECT_EQ(owners[0]->name, "b");
  EXPECT_FALSE(owners[1]);
  EXPECT_EQ(owners[2]->name, "a");
  EXPECT_EQ(owners[3]->name, "a");
  EXPECT_EQ(owners[4]->name, "a");
}

TEST_F(Dpkg, AMergedUsrIsSeenFromBothSides) {
  list("dash", "/bin/dash\n");
  list("libfoo:i386", "/usr/lib/libfoo.so.1\n");
  package("dash", "0.5.12-2", "amd64");
  package("libfoo", "2", "amd64");
  package("libfoo", "1", "i386");
  EXPECT_EQ(owner(dir(), "/usr/bin/dash"), "dash=0.5.12-2:amd64");
  EXPECT_EQ(owner(dir(), "/lib/libfoo.so.1"), "libfoo=1:i386");
  EXPECT_EQ(owner(dir(), "/usr/share/bin/dash"), "(none)");
}

TEST_F(Dpkg, TheListOfARemovedPackageDoesNotCount) {
  list("old", "/usr/bin/x\n");
  package("old", "1", "amd64", "deinstall ok config-files");
  EXPECT_EQ(owner(dir(), "/usr/bin/x"), "(none)");
  list("zz-new", "/usr/bin/x\n");
  package("zz-new", "2", "amd64", "hold ok installed");
  EXPECT_EQ(owner(dir(), "/usr/bin/x"), "zz-new=2:amd64");
}

TEST_F(Dpkg, DiversionsAreHonoured) {
  list("bash", "/bin/sh\n");
  list("dash", "/bin/sh\n");
  list("tool", "/usr/bin/tool\n");
  package("bash", "5", "amd64");
  package("dash", "0", "amd64");
  package("tool", "1", "amd64");
  write_file(dir() + "/diversions",
             "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/tool\n/usr/bin/tool.real\n:\n");
  EXPECT_EQ(owner(dir(), "/usr/bin/sh"), "dash=0:amd64");
  EXPECT_EQ(owner(dir(), "/usr/bin/sh.distrib"), "bash=5:amd64");
  EXPECT_EQ(owner(dir(), "/usr/bin/tool"), "(none)"); // the administrator's own
  EXPECT_EQ(owner(dir(), "/usr/bin/tool.real"), "tool=1:amd64");
}

TEST_F(Dpkg, WithoutADatabaseNothingIsOwned) {
  EXPECT_EQ(owner(dir() + "/absent", "/usr/bin/x"), "(none)");
  EXPECT_EQ(owner(dir(), "/usr/bin/x"), "(none)");
  list("a", "/usr/bin/a\n"); // a list, and no status
  EXPECT_EQ(owner(dir(), "/usr/bin/a"), "(none)");
}

TEST_F(Dpkg, GarbageIsNoPackage) {
  write_file(dir() + "/info/a.list", std::string("\0\n\n\n/usr/bin/a\n\xff", 15));
  write_file(dir() + "/status", "Package\nVersion:\n\n: x\nPackage: a\nVersion: 1");
  write_file(dir() + "/diversions", "one\ntwo\n");
  EXPECT_EQ(owner(dir(), "/usr/bin/a"), "(none)");
}

TEST(RealDpkg, KnowsItsOwnProgram) {
  const std::string database = "/var/lib/dpkg";
  if (!std::filesystem::exists(database + "/status") || !std::filesystem::exists("/usr/bin/dpkg"))
    GTEST_SKIP() << "no dpkg on this machine";
  std::optional<DpkgPackage> package = dpkg_owners(database, {"/usr/bin/dpkg"}).at(0);
  ASSERT_TRUE(package);
  EXPECT_EQ(package->name, "dpkg");
  EXPECT_FALSE(package->version.empty());
  EXPECT_FALSE(package->architecture.empty());
}

} // namespace
} // namespace hdist
