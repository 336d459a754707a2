#include "base/module.h"

#include "testing/testing.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

const ModuleFunction kWanted{"probe", "answers", "getpid"};

/// A module called "probe" that has the function getpid: the C library.
class Module : public testing::Test {
protected:
  Module() {
    Dl_info where{};
    dladdr(dlsym(RTLD_DEFAULT, "getpid"), &where);
    std::filesystem::create_symlink(std::filesystem::canonical(where.dli_fname),
                                    tmp_.path() + "/probe.so");
  }

  std::string refusal(const ModuleFunction& wanted) const {
    return message_of([&] { load_module_function(tmp_.path(), wanted); });
  }

  TempDir tmp_;
};

TEST_F(Module, GivesItsFunction) {
  auto* function = reinterpret_cast<pid_t (*)()>(load_module_function(tmp_.path(), kWanted));
  EXPECT_EQ(function(), getpid());
}

TEST_F(Module, ThatIsMissingIsNamedWithWhatItIsFor) {
  std::string text = refusal({"absent", "answers", "getpid"});
  EXPECT_TRUE(text.starts_with("cannot load " + tmp_.path() + "/absent.so, which answers: "))
      << text;
  EXPECT_NE(text.find("No such file"), std::string::npos) << text;
}

TEST_F(Module, ThatIsNoLibraryIsNamed) {
  write_file(tmp_.path() + "/text.so", "text");
  std::string text = refusal({"text", "answers", "getpid"});
  EXPECT_TRUE(text.starts_with("cannot load " + tmp_.path() + "/text.so, which answers: ")) << text;
}

TEST_F(Module, WithoutTheFunctionIsRefused) {
  std::string text = refusal({"probe", "answers", "hdist_no_such_function"});
  EXPECT_NE(text.find("hdist_no_such_function"), std::string::npos) << text;
}

} // namespace
} // namespace hdist
