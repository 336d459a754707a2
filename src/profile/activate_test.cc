#include "profile/activate.h"

#include "base/process.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using Kind = ProfileVariable::Kind;

/// What a real sh makes of the text.
std::string in_shell(const Env& env, const std::string& text, const std::string& print) {
  Command command;
  command.argv = {"/bin/sh", "-c", text + print};
  command.env = env;
  return capture(command);
}

TEST(Activate, EntriesAreInFrontAndInOrder) {
  Env env;
  env.set("PATH", "/usr/bin");
  EXPECT_EQ(entered(env, {{"PATH", Kind::path, {"/p/a", "/p/b"}}}).get_or("PATH", ""),
            "/p/a:/p/b:/usr/bin");
}

TEST(Activate, EnteringTwiceChangesNothingMore) {
  Env env;
  env.set("PATH", "/usr/bin");
  std::vector<ProfileVariable> variables{{"PATH", Kind::path, {"/p/bin"}},
                                         {"FLAGS", Kind::flags, {"-a", "-b"}},
                                         {"X", Kind::plain, {"1"}}};
  Env once = entered(env, variables);
  EXPECT_EQ(entered(once, variables), once);
  EXPECT_EQ(once.get_or("FLAGS", ""), "-a -b");
}

TEST(Activate, TheSystemsOwnManualPagesStay) {
  EXPECT_EQ(entered(Env(), {{"MANPATH", Kind::path, {"/p/man"}}}).get_or("MANPATH", ""), "/p/man:");
}

TEST(Activate, TheShellTextDoesTheSame) {
  Env env;
  env.set("PATH", "/usr/bin:/bin");
  env.set("OLD", "x y");
  std::vector<ProfileVariable> variables{{"PATH", Kind::path, {"/p a/bin", "/p/'q'"}},
                                         {"MANPATH", Kind::path, {"/p/man"}},
                                         {"OLD", Kind::flags, {"-f"}},
                                         {"PLAIN", Kind::plain, {"$HOME `id` \"q\" 'r' \\"}}};
  Env wanted = entered(env, variables);
  std::string text = sh_activation(variables);
  for (const char* name : {"PATH", "MANPATH", "OLD", "PLAIN"})
    EXPECT_EQ(in_shell(env, text + text, "/usr/bin/printf %s \"$" + std::string(name) + "\""),
              wanted.get_or(name, ""))
        << name << "\n"
        << text;
}

TEST(Activate, AProfileSaysItsStandardPlacesAndItsMembersVariables) {
  TempDir tmp;
  write_file(tmp.path() + "/bin/x", "");
  ProfileRecord record;
  record.environment = {{"LUA", Kind::plain, {"$PROFILE/share/?.lua;;"}},
                        {"PATH", Kind::path, {"$PROFILE/tools"}}};
  std::vector<ProfileVariable> variables = profile_variables(record, tmp.path());
  ASSERT_EQ(variables.size(), 2u);
  EXPECT_EQ(variables[0].values,
            (std::vector<std::string>{tmp.path() + "/bin", tmp.path() + "/tools"}));
  EXPECT_EQ(variables[1].values, (std::vector<std::string>{tmp.path() + "/share/?.lua;;"}));
}

} // namespace
} // namespace hdist
