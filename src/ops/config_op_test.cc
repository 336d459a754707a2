#include "ops/config_op.h"

#include "ops/ops_testing.h"

namespace hdist {
namespace {

class ConfigOpTest : public OpsTest {};

TEST_F(ConfigOpTest, EachSettingHasAnOrigin) {
  ConfigOpResponse all = list_config(*session_, {});
  EXPECT_GT(all.settings.size(), 10u);
  ConfigOpResponse one = list_config(*session_, {"builder.durability"});
  ASSERT_EQ(one.settings.size(), 1u);
  EXPECT_EQ(compact_json(to_value(one)),
            R"({"settings":[{"key":"builder.durability","value":"off","origin":")" + tmp_.path() +
                R"(/.hashdistconfig:2","default":"on"}]})");
}

TEST_F(ConfigOpTest, AnOldSpellingIsFound) {
  EXPECT_EQ(list_config(*session_, {"hashdist.python2-path"}).settings.at(0).key, "python-path");
  EXPECT_NE(message_of([&] { list_config(*session_, {""}); }).find("there is no setting"),
            std::string::npos);
}

TEST_F(ConfigOpTest, AnUnknownKeyIsGivenTheNearest) {
  EXPECT_EQ(message_of([&] { list_config(*session_, {"builder.stroe"}); }),
            "there is no setting 'builder.stroe'; is 'builder.store' meant?");
}

} // namespace
} // namespace hdist
