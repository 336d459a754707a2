// The installed recipes and the quickstart stack: their specs are golden, since every field keeps
// its meaning and ids for ever.
#include "spec/stack.h"

#include "data/json.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

/// The graph of the quickstart on one fixed machine, whatever this one is.
Compiled quickstart() {
  std::string source = HDIST_SOURCE_DIR;
  CompileOptions options;
  options.collections = {source + "/packages"};
  options.platform = {"linux", "x86_64", "x86-64", "glibc-2.36"};
  options.tool = [](const std::string& role, const std::string&) {
    return ToolIdentity{"/usr/bin/" + role, "dpkg/" + role + "=1.0-1:amd64"};
  };
  return compile_stack(read_stack(source + "/examples/quickstart/stack.yaml"), options);
}

TEST(Quickstart, SpecsAreGolden) {
  expect_golden("quickstart/tasks.json", pretty_json(quickstart().graph.to_value()));
}

TEST(Quickstart, EverySourceHasTheUpstreamAddressAndTheHostDistributions) {
  for (const Task& task : quickstart().graph.tasks) {
    const FetchTask* fetch = std::get_if<FetchTask>(&task.action);
    if (fetch == nullptr) continue;
    ASSERT_EQ(fetch->candidates.size(), 2u) << task.name;
    EXPECT_TRUE(fetch->candidates[0].url.starts_with("https://")) << fetch->candidates[0].url;
    EXPECT_TRUE(fetch->candidates[1].url.starts_with("deb-src:")) << fetch->candidates[1].url;
  }
}

} // namespace
} // namespace hdist
