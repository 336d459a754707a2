#include "config/config.h"

#include "base/error.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAsPrinted = R"([hashdist]
    hdist = ~/.hashdist/bin/hdist
    python2-path = ~/.hashdist/lib/python2

[sources]
    store = ~/.hashdist/source
    keep-transient = 1 week
    keep-targz = forever
    keep-git = forever

<...>
)";

class Configs : public ::testing::Test {
protected:
  Configs() {
    brand_.system_config_file = tmp_.path() + "/etc/hashdistconfig";
    fs::create_directories(home());
    environment_.set("HOME", home());
  }

  std::string home() const { return tmp_.path() + "/home"; }
  std::string user_file() const { return home() + "/.hashdistconfig"; }
  std::string dir() const { return tmp_.path(); }
  void user(const std::string& text) const { write_file(user_file(), text); }
  void site(const std::string& text) const { write_file(brand_.system_config_file, text); }
  void variable(const std::string& name, const std::string& value) {
    environment_.set(name, value);
  }
  void brand(const Brand& brand) { brand_ = brand; }
  Config load(std::optional<std::string> option = std::nullopt) const {
    return Config::load(brand_, {std::move(option), environment_});
  }
  std::string error(std::optional<std::string> option = std::nullopt) const {
    return message_of([&] { load(option); });
  }

private:
  TempDir tmp_;
  Brand brand_;
  Env environment_;
};

TEST_F(Configs, WithoutAFileEverythingHasItsDefault) {
  Config config = load();
  EXPECT_EQ(config.home(), home());
  EXPECT_EQ(config.root(), home() + "/.hashdist");
  EXPECT_EQ(config.file(), user_file());
  EXPECT_EQ(config.path("builder", "store"), home() + "/.hashdist/artifacts");
  EXPECT_EQ(config.path("sources", "store"), home() + "/.hashdist/source");
  EXPECT_EQ(config.paths("hashdist", "profiles"),
            std::vector<std::string>{home() + "/.hashdist/profiles"});
  EXPECT_TRUE(config.paths("gc", "user-roots").empty());
  EXPECT_EQ(config.text("builder", "share"), "private");
  EXPECT_TRUE(config.flag("builder", "durability"));
  EXPECT_EQ(config.integer("builder", "keep-failed"), 3);
  EXPECT_EQ(config.integer("builder", "jobs"), 0);
  EXPECT_EQ(config.duration_s("gc", "keep-unreferenced"), 30 * 24 * 3600);
  EXPECT_EQ(config.duration_s("gc", "grace"), 600);
  for (const Setting& setting : config.settings()) {
    EXPECT_EQ(setting.origin, "default") << setting.key;
    EXPECT_EQ(setting.value, setting.standard) << setting.key;
  }
}

TEST_F(Configs, TheFileOfTheFoundingDocumentLoadsAsPrinted) {
  user(kAsPrinted);
  Config config = load();
  EXPECT_EQ(config.path("hashdist", "hdist"), home() + "/.hashdist/bin/hdist");
  EXPECT_EQ(config.path("hashdist", "python-path"), home() + "/.hashdist/lib/python2");
  EXPECT_EQ(config.duration_s("sources", "keep-transient"), 7 * 24 * 3600);
  EXPECT_EQ(config.duration_s("sources", "keep-git"), -1);
  EXPECT_EQ(config.notes(), std::vector<std::string>{user_file() + ":11: ignored the line <...>"});
}

TEST_F(Configs, EachSettingKnowsWhereItCameFrom) {
  site("[builder]\nkeep-failed = 5\njobs = 4\n");
  user("[builder]\n  jobs = 2\n");
  Config config = load();
  EXPECT_EQ(config.integer("builder", "keep-failed"), 5);
  EXPECT_EQ(config.setting("builder", "keep-failed").origin, dir() + "/etc/hashdistconfig:2");
  EXPECT_EQ(config.integer("builder", "jobs"), 2);
  EXPECT_EQ(config.setting("builder", "jobs").origin, user_file() + ":2");
  EXPECT_EQ(config.setting("builder", "jobs").standard, "");
}

TEST_F(Configs, TheOptionWinsOverTheVariableAndThatOverTheFiles) {
  user("[builder]\nkeep-failed = 1\njobs = 1\n");
  write_file(dir() + "/two", "[builder]\nkeep-failed = 2\n");
  write_file(dir() + "/three", "[builder]\nkeep-failed = 3\n");
  variable("HDIST_CONFIG", dir() + "/two");
  EXPECT_EQ(load().integer("builder", "keep-failed"), 2);
  EXPECT_EQ(load().integer("builder", "jobs"), 0); // the other files are not read at all
  Config config = load(dir() + "/three");
  EXPECT_EQ(config.integer("builder", "keep-failed"), 3);
  EXPECT_EQ(config.setting("builder", "keep-failed").origin, "--config " + dir() + "/three:2");
  EXPECT_EQ(config.file(), dir() + "/three");
  variable("HDIST_CONFIG", R"({"builder": {"keep-failed": 4}})");
  EXPECT_EQ(load(dir() + "/three").integer("builder", "keep-failed"), 3);
  EXPECT_EQ(load().integer("builder", "keep-failed"), 4);
}

TEST_F(Configs, AFileThatWasNamedMustBeThere) {
  EXPECT_EQ(error(dir() + "/none"), "there is no config file " + dir() + "/none");
  variable("HDIST_CONFIG", dir() + "/none");
  EXPECT_EQ(error(), "there is no config file " + dir() + "/none");
  EXPECT_EQ(load("/dev/null").integer("builder", "keep-failed"), 3);
}

TEST_F(Configs, AFileThatIsALinkToNothingIsNotPassedOver) {
  const std::string file = home() + "/.hashdistconfig";
  fs::create_symlink("/proc/none", file);
  EXPECT_EQ(error(), "the config file " + file + " is a link to /proc/none, which is not there");
  EXPECT_EQ(error(file),
            "the config file " + file + " is a link to /proc/none, which is not there");
}

TEST_F(Configs, TheOldNameIsReadWhenTheNewOneIsNotThere) {
  std::string old = home() + "/.hashdistrc";
  write_file(old, "[builder]\nkeep-failed = 7\n");
  EXPECT_EQ(load().integer("builder", "keep-failed"), 7);
  EXPECT_EQ(load().file(), old);
  user("[builder]\n");
  EXPECT_EQ(load().integer("builder", "keep-failed"), 3);
  EXPECT_EQ(load().notes(),
            std::vector<std::string>{old + " is not read, because " + user_file() + " is there"});
}

TEST_F(Configs, TheProgramsOwnHomeMovesEverything) {
  variable("HDIST_HOME", dir() + "/trial");
  write_file(dir() + "/trial/.hashdistconfig", "[sources]\nstore = ~/s\n");
  user("[builder]\nkeep-failed = 9\n");
  Config config = load();
  EXPECT_EQ(config.root(), dir() + "/trial/.hashdist");
  EXPECT_EQ(config.path("sources", "store"), dir() + "/trial/s");
  EXPECT_EQ(config.integer("builder", "keep-failed"), 3);
  variable("HDIST_HOME", "trial");
  EXPECT_EQ(error(), "HDIST_HOME is \"trial\": expected an absolute path");
}

TEST_F(Configs, ARelativePathStartsAtTheRealPlaceOfTheFile) {
  write_file(dir() + "/sage/config",
             "[builder]\nstore = store\n[gc]\nuser-roots = ../a, /b, ~/c\n");
  fs::create_symlink(dir() + "/sage/config", dir() + "/link");
  Config config = load(dir() + "/link");
  EXPECT_EQ(config.path("builder", "store"), dir() + "/sage/store");
  EXPECT_EQ(config.paths("gc", "user-roots"),
            (std::vector<std::string>{dir() + "/a", "/b", home() + "/c"}));
  EXPECT_EQ(config.text("gc", "user-roots"), dir() + "/a, /b, " + home() + "/c");
}

TEST_F(Configs, UnknownNamesAreErrorsWithTheLineAndTheNearestName) {
  user("[builder]\n    stroe = /x\n");
  EXPECT_EQ(error(), user_file() +
                         ":2:5: unknown key \"stroe\" in [builder]; did you mean \"store\"?\n"
                         "    2 |     stroe = /x\n"
                         "      |     ^");
  user("\n[bulider]\n");
  EXPECT_EQ(error(), user_file() + ":2:1: unknown section [bulider]; did you mean [builder]?\n"
                                   "    2 | [bulider]\n"
                                   "      | ^");
}

TEST_F(Configs, AWrongValueIsAnErrorAtTheValue) {
  user("[builder]\n    keep-failed = many\n");
  EXPECT_EQ(error(),
            user_file() +
                ":2:19: [builder] keep-failed: \"many\": expected an integer from 0 to 1000000\n"
                "    2 |     keep-failed = many\n"
                "      |                   ^");
  user("[sources]\nkeep-nightly = 3 moons\n");
  EXPECT_NE(error().find(":2:16: [sources] keep-nightly: \"3 moons\": expected a time"),
            std::string::npos);
  user("[builder]\nvirtual = a\n");
  EXPECT_NE(error().find("[builder] virtual: \"a\": expected NAME=VALUE"), std::string::npos);
}

TEST_F(Configs, TagsHaveTheirOwnRetention) {
  user("[sources]\nkeep-nightly = 36 hours\nkeep-release = forever\n");
  Config config = load();
  EXPECT_EQ(config.duration_s("sources", "keep-nightly"), 36 * 3600);
  EXPECT_EQ(config.settings().back().key, "keep-release");
}

TEST_F(Configs, WhatJobsGetMeansTheSameInAnotherHome) {
  user("[builder]\nstore = ~/a,b\nvirtual = virtual:a=b/c\njobs = 3\n[gc]\nuser-roots = /x, ~/y\n"
       "[sources]\nkeep-nightly = 36 hours\nmirrors = http://m/1, http://m/2\n");
  Config config = load();
  variable("HOME", "/elsewhere");
  variable("HDIST_CONFIG", config.json());
  Config again = load();
  EXPECT_EQ(again.json(), config.json());
  EXPECT_EQ(again.home(), config.home());
  EXPECT_EQ(again.root(), config.root());
  ASSERT_EQ(again.settings().size(), config.settings().size());
  for (std::size_t i = 0; i < config.settings().size(); ++i) {
    EXPECT_EQ(again.settings()[i].value, config.settings()[i].value) << config.settings()[i].key;
    EXPECT_EQ(again.settings()[i].items, config.settings()[i].items) << config.settings()[i].key;
    const std::set<std::string> paths = {"temp", "hdist", "python-path", "deb-keyring"};
    const bool is_none = paths.contains(config.settings()[i].key); // without a value: left out
    EXPECT_EQ(again.settings()[i].origin, is_none ? "default" : "$HDIST_CONFIG");
  }
  EXPECT_EQ(again.path("builder", "store"), home() + "/a,b");
  EXPECT_EQ(again.list("sources", "mirrors"),
            (std::vector<std::string>{"http://m/1", "http://m/2"}));
}

TEST_F(Configs, WhatJobsGetIsUnderstoodByEveryBrand) {
  Brand q;
  q.program = "q";
  q.config_section = "q";
  q.env_prefix = "Q_";
  user("[hashdist]\nhdist = /program\nprofiles = /mine\n[builder]\nstore = /s\n");
  variable("HDIST_CONFIG", load().json());
  const Brand hdist;
  brand(q);
  Config of_q = load();
  EXPECT_EQ(of_q.path("builder", "store"), "/s");
  EXPECT_EQ(of_q.paths("q", "profiles"), std::vector<std::string>{"/mine"});
  EXPECT_EQ(of_q.text("q", "q"), "");
  EXPECT_EQ(of_q.json().find("\"q\""), std::string::npos) << of_q.json();
  variable("HDIST_CONFIG", of_q.json());
  brand(hdist);
  EXPECT_EQ(load().paths("hashdist", "profiles"), std::vector<std::string>{"/mine"});
  brand(q);
  variable("Q_CONFIG", R"({"builder": {"store": "/own"}})");
  EXPECT_EQ(load().path("builder", "store"), "/own");
}

TEST_F(Configs, AHomeWithACommaIsOneItem) {
  variable("HOME", dir() + "/a, b");
  Config config = load();
  EXPECT_EQ(config.paths("hashdist", "profiles"),
            std::vector<std::string>{dir() + "/a, b/.hashdist/profiles"});
  variable("HDIST_CONFIG", config.json());
  EXPECT_EQ(load().paths("hashdist", "profiles"), config.paths("hashdist", "profiles"));
}

TEST_F(Configs, WrongJsonIsAnErrorThatNamesTheVariable) {
  for (const char* text :
       {"{", R"({"builder": 1})", R"({"bulider": {}})", R"({"builder": {"stroe": "/x"}})",
        R"({"builder": {"store": "relative"}})", R"({"home": "relative"})", R"({"home": 1})",
        R"({"builder": {"jobs": {}}})", R"({"builder": {"keep-failed": null}})"}) {
    variable("HDIST_CONFIG", text);
    EXPECT_TRUE(error().starts_with("$HDIST_CONFIG:1:")) << text << ": " << error();
  }
}

TEST_F(Configs, AnotherBrandHasItsOwnNamesEverywhere) {
  Brand brand;
  brand.program = "qsnake-hdist";
  brand.env_prefix = "QSNAKE_";
  brand.config_file = "~/.qsnakeconfig";
  brand.old_config_file = "~/.qsnakerc";
  brand.system_config_file = dir() + "/etc/qsnakeconfig";
  brand.root = brand.artifacts_root = brand.sources_root = "~/.qsnake";
  brand.config_section = "qsnake";
  this->brand(brand);
  user("[nonsense]\n");
  write_file(home() + "/.qsnakeconfig", "[qsnake]\nqsnake-hdist = /opt/q\n[builder]\njobs = 5\n");
  EXPECT_EQ(load().path("qsnake", "qsnake-hdist"), "/opt/q");
  EXPECT_EQ(load().path("builder", "store"), home() + "/.qsnake/artifacts");
  variable("QSNAKE_CONFIG", R"({"builder": {"jobs": 6}})");
  EXPECT_EQ(load().setting("builder", "jobs").origin, "$QSNAKE_CONFIG");
}

TEST_F(Configs, AFileThatOthersMayWriteIsRefusedWhereItIsFoundAndNotedWhereItIsNamed) {
  user("[builder]\njobs = 2\n");
  fs::permissions(user_file(), fs::perms(0666));
  EXPECT_EQ(error(), "the config file " + user_file() + " is not read: everybody may write to it");
  EXPECT_EQ(load(user_file()).integer("builder", "jobs"), 2);
  EXPECT_EQ(load(user_file()).notes(),
            std::vector<std::string>{user_file() +
                                     ": everybody may write to it; its settings "
                                     "count, but the program that it names is not run"});
  fs::permissions(user_file(), fs::perms(0644));
  EXPECT_TRUE(load(user_file()).notes().empty());
  site("[builder]\n");
  fs::permissions(dir() + "/etc/hashdistconfig", fs::perms(0646));
  EXPECT_NE(error().find("/etc/hashdistconfig is not read"), std::string::npos);
}

TEST_F(Configs, AFileOfSomebodyElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  user("[builder]\njobs = 2\n");
  ASSERT_EQ(chown(user_file().c_str(), 12345, 12345), 0);
  EXPECT_EQ(error(), "the config file " + user_file() + " is not read: it belongs to user 12345");
}

TEST_F(Configs, WhatTheSitesPolicyListsNoOtherPlaceOverrides) {
  site(
      "[site]\npolicy = builder.share, sources.keep-nightly\n[builder]\nshare = group\njobs = 4\n");
  user("[builder]\nshare = private\njobs = 2\n[sources]\nkeep-nightly = never\n");
  Config config = load();
  EXPECT_EQ(config.text("builder", "share"), "group");
  EXPECT_EQ(config.setting("builder", "share").origin, dir() + "/etc/hashdistconfig:4");
  EXPECT_EQ(config.text("sources", "keep-nightly"), "forever"); // the default, as the site wants
  EXPECT_EQ(config.integer("builder", "jobs"), 2);
  EXPECT_EQ(config.notes().front(), "builder.share is group by the site's policy, not private");
  EXPECT_EQ(load(user_file()).text("builder", "share"), "group");
  variable("HDIST_CONFIG", R"({"builder": {"share": "private"}, "site": {"policy": []}})");
  EXPECT_EQ(load().text("builder", "share"), "group");
  EXPECT_EQ(load().list("site", "policy").size(), 2U);
}

TEST_F(Configs, APolicyOverASettingThatDoesNotExistIsAnError) {
  for (const char* name : {"share", "builder.shares", "nonsense.x", "."}) {
    site(std::string("[site]\npolicy = ") + name + "\n");
    EXPECT_NE(error().find("is no setting; expected names like builder.share"), std::string::npos)
        << name;
  }
}

TEST_F(Configs, AskingForAKeyThatDoesNotExistIsAnError) {
  EXPECT_EQ(message_of([&] { load().text("builder", "stroe"); }),
            "unknown key \"stroe\" in [builder]; did you mean \"store\"?");
}

TEST_F(Configs, AFileThatCannotBeOneIsAnErrorInBoundedTime) {
  fs::create_directories(user_file());
  EXPECT_NE(error(), "(no error)");
  fs::remove(user_file());
  user(std::string((1 << 20) + 1, '#'));
  EXPECT_NE(error(), "(no error)");
}

} // namespace
} // namespace hdist
