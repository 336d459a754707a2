#include "ops/rebrand_op.h"

#include "ops/arrivals_testing.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

class Rebrand : public OpsTest {
protected:
  std::string error(const std::string& text, const std::string& output) {
    write_file(tmp_.path() + "/brand.toml", text);
    return message_of([&] { rebrand(*session_, {tmp_.path() + "/brand.toml", output}); });
  }
};

TEST_F(Rebrand, WhatIsThereIsNotReplaced) {
  EXPECT_NE(error("name = \"q\"\n", tmp_.path()).find("exists already"), std::string::npos);
}

TEST_F(Rebrand, AFileThatIsMissingIsWrongUsage) {
  for (const char* name : {"/none.toml", "/no/none.toml"})
    try {
      rebrand(*session_, {tmp_.path() + name, tmp_.path() + "/out"});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "rebrand.not-found") << error.what();
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
}

TEST_F(Rebrand, AnArchiveOfAnotherTypeIsNoDirectory) {
  for (const char* name : {"q.zip", "q.tar.bz2", "q.7Z", "q.TAR.GZ", "q.gz/"})
    EXPECT_NE(error("name = \"q\"\n", tmp_.path() + "/" + name).find("ends in .tar.gz, .tgz"),
              std::string::npos)
        << name;
  EXPECT_FALSE(std::filesystem::exists(tmp_.path() + "/q.zip"));
}

TEST_F(Rebrand, WhatCannotBeMadeLeavesNothing) {
  std::string output = tmp_.path() + "/out/q";
  EXPECT_NE(error("name = \"../q\"\n", output).find("cannot be the name"), std::string::npos);
  EXPECT_NE(error("name = \"q\"\nhide = [\"nonsense\"]\n", output).find("is no command"),
            std::string::npos);
  bool is_empty = !std::filesystem::exists(tmp_.path() + "/out") ||
                  std::filesystem::is_empty(tmp_.path() + "/out");
  EXPECT_TRUE(is_empty);
}

TEST_F(Rebrand, TheNewProgramRunsInAPrivatePlace) {
  std::filesystem::create_directory(tmp_.path() + "/tmp");
  Arrivals in_temp(tmp_.path() + "/tmp");
  EXPECT_EQ(error("name = \"q\"\n", tmp_.path() + "/out/q"), "(no error)");
  EXPECT_TRUE(in_temp.names().starts_with("trial-"));
  EXPECT_TRUE(std::filesystem::is_empty(tmp_.path() + "/tmp"));
  EXPECT_TRUE(std::filesystem::exists(tmp_.path() + "/out/q/share/man/man1/q.1"));
}

} // namespace
} // namespace hdist
