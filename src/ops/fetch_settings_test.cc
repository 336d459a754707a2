#include "ops/fetch_settings.h"

#include "ops/ops_testing.h"

namespace hdist {
namespace {

class FetchSettings : public OpsTest {
protected:
  FetchOptions with(const std::string& settings, const std::string& os_release = "") {
    ConfigRequest request = session_->config_request();
    write_file(tmp_.path() + "/.hashdistconfig", settings);
    write_file(tmp_.path() + "/os-release", os_release);
    return fetch_settings(Config::load(session_->brand(), request), session_->paths(),
                          tmp_.path() + "/os-release");
  }
};

TEST_F(FetchSettings, LimitsHaveDefaults) {
  EXPECT_EQ(with("").at_once, 8);
  EXPECT_EQ(with("").per_host, 4);
  EXPECT_EQ(with("[sources]\ndownloads = 2\n").at_once, 2);
  EXPECT_EQ(with("").deb_mirror.address, "");
  EXPECT_TRUE(with("").deb_mirror.check_signature);
  EXPECT_TRUE(with("").deb_mirror.check_valid_until);
}

TEST_F(FetchSettings, TheSuiteIsTheHostsUnlessSomeAreNamed) {
  const std::string os = "NAME=\"Debian\"\nVERSION_CODENAME=bookworm\n";
  const std::string mirror = "[sources]\ndeb-mirror = http://h/debian\n";
  EXPECT_EQ(with(mirror, os).deb_mirror.suites, (std::vector<std::string>{"bookworm"}));
  EXPECT_EQ(with(mirror, "VERSION_CODENAME=\"noble\"\n").deb_mirror.suites,
            (std::vector<std::string>{"noble"}));
  EXPECT_TRUE(with(mirror, "NAME=Fedora\n").deb_mirror.suites.empty());
  EXPECT_FALSE(with("[sources]\ndeb-check-signature = no\n").deb_mirror.check_signature);
  const DebMirrorOptions named = with(mirror + "deb-suites = a, b\n", os).deb_mirror;
  EXPECT_EQ(named.suites, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(named.components, (std::vector<std::string>{"main"}));
  EXPECT_EQ(named.address, "http://h/debian");
}

} // namespace
} // namespace hdist
