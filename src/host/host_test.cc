#include "host/host.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kLongAgo = 1'600'000'000;
constexpr int64_t kFarAhead = 32'000'000'000;

void set_time(const std::string& path, int64_t seconds) {
  timespec times[2] = {{seconds, 0}, {seconds, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0) << path;
}

/// A root with programs in usr/bin and a package database that knows them by their real paths.
class Machine : public ::testing::Test {
protected:
  Machine() {
    write_file(dpkg() + "/status", "");
    set_time(dpkg() + "/status", kLongAgo);
  }

  std::string bin() const { return tmp_.path() + "/usr/bin"; }
  std::string dpkg() const { return tmp_.path() + "/dpkg"; }
  std::string cache() const { return tmp_.path() + "/cache/host.json"; }

  std::string program(const std::string& name, const std::string& content) const {
    std::string path = bin() + "/" + name;
    write_file(path, content);
    fs::permissions(path, fs::perms::owner_all);
    set_time(path, kLongAgo);
    return path;
  }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, bin() + "/" + name);
  }
  void install(const std::string& package, const std::string& version, const std::string& files) {
    write_file(dpkg() + "/info/" + package + ".list", files + "\n");
    status_ += "Package: " + package +
               "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
    write_file(dpkg() + "/status", status_);
    set_time(dpkg() + "/status", kLongAgo + static_cast<int64_t>(status_.size()));
  }
  HostOptions options() const { return {bin(), dpkg(), cache()}; }

  void install_gcc_and_clang() {
    install("gcc-12", "12.2.0-14", program("x86_64-linux-gnu-gcc-12", "gcc"));
    install("clang-14", "1:14.0.6", program("clang-14", "clang"));
    link("x86_64-linux-gnu-gcc-12", "gcc-12");
    link("gcc-12", "gcc");
    fs::create_directories(tmp_.path() + "/etc/alternatives");
    fs::create_symlink(bin() + "/gcc", tmp_.path() + "/etc/alternatives/cc");
    link("../../etc/alternatives/cc", "cc");
    link("clang-14", "clang");
  }

private:
  TempDir tmp_;
  std::string status_;
};

TEST_F(Machine, AToolIsWhatItsLinksLeadToAndIsCalledByTheNameFound) {
  install_gcc_and_clang();
  HostTool tool = Host(options()).tool("cc");
  EXPECT_EQ(tool.role, "cc");
  EXPECT_EQ(tool.program, bin() + "/cc");
  EXPECT_EQ(tool.identity, "dpkg/gcc-12=12.2.0-14:amd64");
}

TEST_F(Machine, GccAndClangAreTwoToolchains) {
  install_gcc_and_clang();
  Host host(options());
  EXPECT_EQ(host.tool("cc", "gcc").identity, "dpkg/gcc-12=12.2.0-14:amd64");
  EXPECT_EQ(host.tool("cc", "clang").identity, "dpkg/clang-14=1:14.0.6:amd64");
  EXPECT_EQ(host.tool("cc", bin() + "/clang").identity, "dpkg/clang-14=1:14.0.6:amd64");
}

TEST_F(Machine, ARoleIsTakenByTheFirstOfItsUsualPrograms) {
  program("clang++", "x");
  EXPECT_EQ(Host(options()).tool("cxx").program, bin() + "/clang++");
  program("g++", "y");
  EXPECT_EQ(Host(options()).tool("cxx").program, bin() + "/g++");
  program("make", "z");
  EXPECT_EQ(Host(options()).tool("make").program, bin() + "/make");
}

TEST_F(Machine, AProgramOfNoPackageIsItsDigest) {
  program("cc", "abc");
  EXPECT_EQ(Host(options()).tool("cc").identity, "sha256/" + sha256("abc").base32());
  HostOptions without = options();
  without.dpkg_dir = "";
  EXPECT_EQ(Host(without).tool("cc").identity, "sha256/" + sha256("abc").base32());
  without.dpkg_dir = dpkg() + "/absent";
  EXPECT_EQ(Host(without).tool("cc").identity, "sha256/" + sha256("abc").base32());
}

TEST_F(Machine, AMissingToolIsAnErrorThatNamesTheProgram) {
  Host host(options());
  try {
    host.tool("fc");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.code(), "host.no-tool");
    EXPECT_EQ(error.message(),
              "this machine has no program gfortran (for the role fc); looked in " + bin());
    ASSERT_EQ(error.advice().size(), 1U);
    EXPECT_NE(error.advice()[0].text.find("gfortran"), std::string::npos);
  }
  EXPECT_EQ(message_of([&] { host.tool("cc"); }),
            "this machine has no program cc, gcc, clang; looked in " + bin());
  EXPECT_EQ(message_of([&] { host.tool("cc", bin() + "/icc"); }),
            "this machine has no program " + bin() + "/icc (for the role cc); looked in " + bin());
  for (const char* bad : {"", "./cc", "bin/cc"})
    EXPECT_NE(message_of([&] { host.tool("cc", bad); }).find("expected a name or an absolute path"),
              std::string::npos)
        << bad;
}

TEST_F(Machine, AFileThatCannotBeRunIsNoTool) {
  write_file(bin() + "/cc", "text");
  fs::create_directories(bin() + "/gcc");
  link("nowhere", "clang");
  EXPECT_NE(message_of([&] { Host(options()).tool("cc"); }), "(no error)");
}

TEST_F(Machine, IdentitiesAreKeptFromRunToRun) {
  program("cc", "abc");
  Host first(options());
  std::string identity = first.tool("cc").identity;
  first.save_cache();
  // A changed entry shows that the cache is believed.
  write_file(cache(), replace_all(read_file(cache()), identity, "sha256/cached"));
  EXPECT_EQ(Host(options()).tool("cc").identity, "sha256/cached");
}

TEST_F(Machine, AChangedProgramOrDatabaseIsLookedAtAgain) {
  std::string path = program("cc", "abc");
  Host first(options());
  first.tool("cc");
  first.save_cache();
  write_file(path, "abd");
  set_time(path, kLongAgo + 1);
  EXPECT_EQ(Host(options()).tool("cc").identity, "sha256/" + sha256("abd").base32());
  Host second(options());
  second.tool("cc");
  second.save_cache();
  install("tcc", "1", path);
  EXPECT_EQ(Host(options()).tool("cc").identity, "dpkg/tcc=1:amd64");
  Host third(options());
  third.tool("cc");
  third.save_cache();
  write_file(dpkg() + "/diversions", path + "\n" + path + ".real\n:\n");
  EXPECT_EQ(Host(options()).tool("cc").identity, "sha256/" + sha256("abd").base32());
}

TEST_F(Machine, WhatChangedJustNowIsNotKept) {
  std::string path = program("cc", "abc");
  set_time(path, kFarAhead);
  Host host(options());
  host.tool("cc");
  host.save_cache();
  EXPECT_FALSE(fs::exists(cache()));
  set_time(path, kLongAgo);
  set_time(dpkg() + "/status", kFarAhead);
  Host other(options());
  other.tool("cc");
  other.save_cache();
  EXPECT_FALSE(fs::exists(cache()));
}

TEST_F(Machine, AGarbledCacheIsAnEmptyOneAndIsReplaced) {
  program("cc", "abc");
  std::string identity = "sha256/" + sha256("abc").base32();
  for (const std::string text : {"", "{", "[]", "\xff\xff", R"({"version": 2, "programs": {}})",
                                 R"({"version": 1, "programs": 3})",
                                 R"({"version": 1, "programs": {"x": 1}})", R"({"version": 1})"}) {
    write_file(cache(), text);
    Host host(options());
    EXPECT_EQ(host.tool("cc").identity, identity) << text;
    host.save_cache();
    EXPECT_NE(read_file(cache()).find(identity), std::string::npos) << text;
  }
}

TEST_F(Machine, ACacheThatCannotBeWrittenDoesNoHarm) {
  program("cc", "abc");
  HostOptions blocked = options();
  blocked.cache_file = bin() + "/cc/host.json";
  Host host(blocked);
  host.tool("cc");
  EXPECT_EQ(message_of([&] { host.save_cache(); }), "(no error)");
}

TEST(HostPlatform, SpecsAskForTheBaselineOfThisMachine) {
  Platform here = machine_platform();
  Platform asked = default_platform();
  EXPECT_EQ(here.os, "linux");
  EXPECT_FALSE(here.arch.empty());
  EXPECT_NE(here.libc.find('-'), std::string::npos);
  EXPECT_EQ(asked.arch, here.arch);
  EXPECT_EQ(asked.libc, here.libc);
  EXPECT_EQ(why_foreign(asked, here), std::nullopt);
}

TEST(RealHost, ItsCompilerHasAnIdentity) {
  Host host({});
  try {
    HostTool tool = host.tool("cc");
    EXPECT_TRUE(tool.identity.starts_with("dpkg/") || tool.identity.starts_with("sha256/"))
        << tool.identity;
    EXPECT_EQ(host.tool("cc", tool.program).identity, tool.identity);
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
}

} // namespace
} // namespace hdist
