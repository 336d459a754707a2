#include "profile/activate.h"

#include "base/process.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using Kind = ProfileVariable::Kind;

/// What a real sh makes of the text.
std::string in_shell(const Env& env, const std::string& text, const std::string& print,
                     const std::string& shell = "/bin/sh") {
  Command command;
  command.argv = {shell, "-c", text + print};
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

TEST(Activate, WhatIsThereAlreadyComesToTheFront) {
  std::vector<ProfileVariable> variables{{"PATH", Kind::path, {"/a*/b", "/c"}},
                                         {"MANPATH", Kind::path, {"/m"}},
                                         {"FLAGS", Kind::flags, {"-x"}}};
  for (const char* path : {"/usr/bin:/a*/b:/bin:/c", "/c:/a*/b", "/c:/c:/usr/bin:/a*/b:", ":/c:",
                           "", ":", "/ac/b:/cc", "/a*/b:/c:/usr/bin"}) {
    Env env;
    env.set("PATH", path);
    env.set("MANPATH", std::string(path) + ":/m");
    env.set("FLAGS", "-y -x");
    Env wanted = entered(env, variables);
    EXPECT_TRUE(wanted.get_or("PATH", "").starts_with("/a*/b:/c"));
    EXPECT_EQ(wanted.get_or("FLAGS", ""), "-x -y");
    std::string text = "set -eu\n" + sh_activation(variables);
    for (const char* name : {"PATH", "MANPATH", "FLAGS"})
      for (const char* shell : {"/bin/sh", "/bin/bash"})
        EXPECT_EQ(
            in_shell(env, text + text, "/usr/bin/printf %s \"$" + std::string(name) + "\"", shell),
            wanted.get_or(name, ""))
            << path << "\n"
            << text;
    EXPECT_EQ(entered(wanted, variables), wanted) << path;
  }
}

/// What a shell has in VARIABLE after it sourced the file.
std::string sourced(const std::string& shell, const std::string& file, const std::string& name) {
  Command command;
  command.argv = {shell, "-euc", ". \"$1\"; /usr/bin/printf %s \"$" + name + "\"", "x", file};
  command.env.set("PATH", "/usr/bin:/bin");
  return capture(command);
}

TEST(Activate, TheFileGoesByWhereItLies) {
  TempDir tmp;
  std::string made = tmp.path() + "/a b/generations/p-abc/1";
  write_file(made + "/bin/x", "");
  write_file(made + "/profile.json", "");
  ProfileRecord record;
  record.environment = {{"HERE", Kind::plain, {"<${PROFILE}/it's>"}},
                        {"STORE", Kind::path, {"$PROFILE/../../../artifacts/x"}}};
  write_file(made + "/activate.sh", activation_file(record, made, made));
  for (const char* shell : {"/bin/sh", "/bin/bash"}) {
    EXPECT_EQ(sourced(shell, made + "/activate.sh", "HERE"), "<" + made + "/it's>") << shell;
    EXPECT_EQ(sourced(shell, made + "/activate.sh", "PATH"), made + "/bin:/usr/bin:/bin") << shell;
    EXPECT_EQ(sourced(shell, made + "/activate.sh", "STORE"), tmp.path() + "/a b/artifacts/x");
  }
  Dir::open(tmp.path()).rename("a b", "moved");
  std::string moved = tmp.path() + "/moved/generations/p-abc/1";
  EXPECT_EQ(sourced("/bin/bash", moved + "/activate.sh", "HERE"), "<" + moved + "/it's>");
  EXPECT_EQ(sourced("/bin/bash", moved + "/activate.sh", "STORE"),
            tmp.path() + "/moved/artifacts/x");
  Dir::open(tmp.path()).make_symlink(moved, "link");
  EXPECT_EQ(sourced("/bin/bash", tmp.path() + "/link/activate.sh", "PATH"),
            tmp.path() + "/link/bin:/usr/bin:/bin");
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
