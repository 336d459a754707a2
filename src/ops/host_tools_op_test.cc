#include "ops/host_tools_op.h"

#include "ops/ops_testing.h"

namespace hdist {
namespace {

class HostToolsTest : public OpsTest {};

TEST_F(HostToolsTest, ARoleHasItsUsualProgramOrTheOneThatIsNamed) {
  HostToolsResponse response = find_host_tools(*session_, {{{"sh", ""}, {"shell", "sh"}}});
  ASSERT_EQ(response.tools.size(), 2u);
  EXPECT_TRUE(response.tools[0].program.ends_with("/sh")) << response.tools[0].program;
  EXPECT_EQ(response.tools[0].identity, response.tools[1].identity);
  EXPECT_EQ(response.platform, default_platform());
  EXPECT_EQ(*to_value(response).find("tools")->find("shell")->find("identity")->if_string(),
            response.tools[0].identity);
}

TEST_F(HostToolsTest, AProgramThatIsNotThereIsNamed) {
  EXPECT_NE(message_of([&] {
              find_host_tools(*session_, {{{"no-such-program", ""}}});
            }).find("no program no-such-program"),
            std::string::npos);
}

TEST_F(HostToolsTest, ARequestNamesProgramsByText) {
  HostToolsRequest request =
      read_host_tools_request(read_json("request", R"({"tools": {"cc": null, "make": "gmake"}})"));
  EXPECT_EQ(request.tools,
            (std::vector<std::pair<std::string, std::string>>{{"cc", ""}, {"make", "gmake"}}));
  EXPECT_NE(message_of([] {
              read_host_tools_request(read_json("request", R"({"tools": {"cc": 1}})"));
            }).find("tools.cc"),
            std::string::npos);
}

} // namespace
} // namespace hdist
