#include "ui/input.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Arguments naming(const std::string& file) {
  Arguments arguments;
  arguments.values_["SPEC"] = {file};
  return arguments;
}

TEST(Input, AFileIsReadUpToItsLimit) {
  TempDir tmp;
  write_file(tmp.path() + "/spec.json", "{}");
  const Arguments arguments = naming(tmp.path() + "/spec.json");
  const InputText input = read_input(arguments, "SPEC", {"a spec", "x.no-spec", 2});
  EXPECT_EQ(input.name, tmp.path() + "/spec.json");
  EXPECT_EQ(input.text, "{}");
  EXPECT_NE(message_of([&] { read_input(arguments, "SPEC", {"a spec", "x.no-spec", 1}); }), "");
}

TEST(Input, AFileThatIsNotThereIsNamedWithWhatIsExpected) {
  TempDir tmp;
  for (const char* name : {"/none", "/none/of/them"})
    EXPECT_EQ(message_of([&] {
                read_input(naming(tmp.path() + name), "SPEC", {"a spec", "x", 9});
              }),
              "there is no file " + tmp.path() + name + "; a spec is expected");
}

} // namespace
} // namespace hdist
