#include "profile/undo.h"

#include "base/process.h"
#include "base/text.h"
#include "profile/activate.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

namespace hdist {
namespace {

using Kind = ProfileVariable::Kind;

const std::vector<ProfileVariable> kVariables{{"PATH", Kind::path, {"/p/bin", "/p/tools"}},
                                              {"MANPATH", Kind::path, {"/p/man"}},
                                              {"FLAGS", Kind::flags, {"-a"}},
                                              {"PLAIN", Kind::plain, {"ours"}}};

Env outside() {
  Env env;
  env.set("PATH", "/usr/bin:/bin");
  env.set("PLAIN", "theirs");
  return env;
}

Env enter(const Env& before, const std::string& profile = "/p",
          const std::vector<ProfileVariable>& variables = kVariables) {
  return remembered(before, entered(before, variables), profile, variables);
}

Env left(const Env& env) {
  std::optional<Undone> undone = leave_last(env);
  return undone ? undone->environment : Env();
}

TEST(Undo, WhatWasNotChangedGetsItsFormerValueBack) {
  EXPECT_EQ(left(enter(outside())), outside());
  EXPECT_EQ(left(enter(Env())), Env());
  EXPECT_EQ(leave_last(outside()), std::nullopt);
}

TEST(Undo, EnteringTwiceIsUndoneAtOnceAndNestedProfilesOneByOne) {
  Env once = enter(outside());
  EXPECT_EQ(enter(once), once);
  Env twice = enter(once, "/q", {{"PATH", Kind::path, {"/q/bin"}}, {"Q", Kind::plain, {"1"}}});
  EXPECT_EQ(twice.get("_PROFILE_DEPTH"), "2");
  EXPECT_EQ(left(twice), once);
  EXPECT_EQ(left(left(twice)), outside());
  Env again = enter(twice); // /p in /q in /p
  EXPECT_EQ(left(left(left(again))), outside());
}

TEST(Undo, AChangedListLosesExactlyWhatTheProfileBrought) {
  Env env = enter(outside());
  env.set("PATH", "/mine:" + env.get_or("PATH", "") + ":/last");
  env.set("MANPATH", "/own:" + env.get_or("MANPATH", ""));
  env.set("FLAGS", "-b -a");
  Env after = left(env);
  EXPECT_EQ(after.get("PATH"), "/mine:/usr/bin:/bin:/last");
  EXPECT_EQ(after.get("MANPATH"), "/own:");
  EXPECT_EQ(after.get("FLAGS"), "-b");
  env.set("FLAGS", "-a ");
  EXPECT_FALSE(left(env).contains("FLAGS"));
}

TEST(Undo, WhatWasThereBeforeStaysThere) {
  Env before = outside();
  before.set("PATH", "/usr/bin:/p/bin:/bin");
  Env env = enter(before);
  env.set("PATH", "/mine:" + env.get_or("PATH", ""));
  EXPECT_EQ(left(env).get("PATH"), "/mine:/p/bin:/usr/bin:/bin");
}

TEST(Undo, AChangedPlainValueStaysWithANote) {
  Env env = enter(outside());
  env.set("PLAIN", "else");
  Undone undone = leave_last(env).value();
  EXPECT_EQ(undone.environment.get("PLAIN"), "else");
  EXPECT_EQ(undone.notes, std::vector<std::string>{"PLAIN was changed since and stays: else"});
  env.unset("PLAIN");
  EXPECT_FALSE(left(env).contains("PLAIN"));
}

TEST(Undo, WhatNobodyEnteredIsNotBelieved) {
  for (const char* depth : {"", "0", "-1", "01", "x", "1000", "99999999999999999999", "1;id"}) {
    Env env = enter(outside());
    env.set("_PROFILE_DEPTH", depth);
    EXPECT_EQ(leave_last(env), std::nullopt) << depth;
  }
}

/// For messages.
std::string lines(const Env& env) {
  return join(env.strings(), "\n");
}

/// The environment that a shell has after it evaluated the text.
Env evaluated(const std::vector<std::string>& shell, const Env& env, const std::string& text) {
  TempDir tmp;
  write_file(tmp.path() + "/text", text);
  Command command;
  command.argv = shell;
  command.env = env;
  command.env.set("FILE", tmp.path() + "/text");
  command.env.set("LC_ALL", "C.UTF-8"); // in the plain C locale fish takes bytes for Latin-1
  Env after;
  for (const std::string& entry : split(capture(command), '\0')) {
    std::size_t equals = entry.find('=');
    if (equals != std::string::npos) after.set(entry.substr(0, equals), entry.substr(equals + 1));
  }
  for (const char* name :
       {"FILE", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_", "HOME", "LOGNAME", "USER", "GROUP", "HOST",
        "HOSTTYPE", "MACHTYPE", "OSTYPE", "VENDOR", "TERM", "SHELL", "NLSPATH"})
    after.unset(name);
  return after;
}

std::vector<std::vector<std::string>> shells(Shell shell) {
  std::vector<std::vector<std::string>> all;
  auto add = [&](const char* program, std::vector<std::string> words) {
    if (std::filesystem::exists(program)) all.push_back(std::move(words));
  };
  if (shell == Shell::sh)
    for (const char* program : {"/bin/sh", "/bin/bash", "/bin/zsh"})
      add(program, {program, "-euc", "eval \"$(/bin/cat \"$FILE\")\"; exec /usr/bin/env -0"});
  if (shell == Shell::fish)
    add("/usr/bin/fish",
        {"/usr/bin/fish", "--no-config", "-c", "/bin/cat $FILE | source; exec /usr/bin/env -0"});
  if (shell == Shell::csh)
    add("/bin/tcsh", {"/bin/tcsh", "-f", "-c", "eval \"`/bin/cat $FILE`\"; exec /usr/bin/env -0"});
  return all;
}

TEST(Undo, EveryShellMakesTheChange) {
  std::vector<ProfileVariable> variables = kVariables;
  variables[3].values = {"a 'b' \"c\" $HOME `id` \\ ! *\\' # \xc3\xa4"};
  Env before = outside();
  before.set("PLAIN", "it's");
  Env after = enter(before, "/p 'q'", variables);
  for (Shell shell : {Shell::sh, Shell::fish, Shell::csh})
    for (const std::vector<std::string>& words : shells(shell)) {
      EXPECT_EQ(lines(evaluated(words, before, change_text(before, after, shell))), lines(after))
          << words[0];
      EXPECT_EQ(lines(evaluated(words, after, change_text(after, before, shell))), lines(before))
          << words[0];
    }
}

TEST(Undo, TheTextForShRemembersTheSame) {
  for (Env before : {outside(), enter(outside(), "/q", {{"FLAGS", Kind::flags, {"-q"}}})}) {
    before.set("PLAIN", "a\nb '\"$x`");
    Env after = enter(before, "/p o'n", kVariables);
    std::string text = sh_remember_before(kVariables, quoted_for_sh("/p o'n")) +
                       sh_activation(kVariables) + sh_remember_after(kVariables);
    for (const std::vector<std::string>& words : shells(Shell::sh)) {
      EXPECT_EQ(lines(evaluated(words, before, text)), lines(after)) << words[0] << "\n" << text;
      EXPECT_EQ(lines(evaluated(words, before, text + text)), lines(after)) << words[0];
    }
  }
}

/// Random environments, profiles and edits: what is in them is hostile to any shell.
class Random {
public:
  explicit Random(unsigned seed) : engine_(seed) {}

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(engine_); }
  bool one_in(int times) { return below(times) == 0; }
  std::string text(const std::string& without) {
    static const std::string bytes = "ab/'\"\\$`!*?[]{}()<>|&;#~% \t\n:=\xc3\xa4-";
    std::string result(1, 'x');
    for (int i = below(8); i > 0; --i)
      if (char c = bytes[static_cast<std::size_t>(below(static_cast<int>(bytes.size())))];
          without.find(c) == std::string::npos)
        result += c;
    return result;
  }
  std::string value(Kind kind, const std::string& without) {
    std::string mark = kind == Kind::flags ? " " : ":";
    std::string result = text(without + (kind == Kind::plain ? "" : mark));
    for (int i = kind == Kind::plain ? 0 : below(3); i > 0; --i)
      result.append(mark).append(text(without + mark));
    return result;
  }
  std::vector<ProfileVariable> variables(const std::string& without) {
    std::vector<ProfileVariable> list;
    for (const char* name : {"PATH", "A", "B", "C_1", "MANPATH"}) {
      if (one_in(3)) continue;
      bool is_path = std::string_view(name).ends_with("PATH");
      Kind kind = is_path ? Kind::path : static_cast<Kind>(below(3));
      std::string mark = kind == Kind::flags ? " " : kind == Kind::path ? ":" : "";
      ProfileVariable variable{name, kind, {text(without + mark)}};
      if (kind != Kind::plain && one_in(2)) variable.values.push_back(text(without + mark));
      list.push_back(std::move(variable));
    }
    return list;
  }
  Env environment(const std::vector<ProfileVariable>& variables, const std::string& without) {
    Env env;
    env.set("PATH", "/usr/bin:/bin");
    for (const ProfileVariable& variable : variables)
      if (!one_in(3)) env.set(variable.name, value(variable.kind, without));
    return env;
  }

private:
  std::mt19937 engine_;
};

TEST(Undo, RandomProfilesAreEnteredAndLeftInEveryShell) {
  for (unsigned seed = 1; seed <= 12; ++seed)
    for (Shell shell : {Shell::sh, Shell::fish, Shell::csh}) {
      Random random(seed);
      // Lines end a value for csh; other bytes than ASCII are characters of a locale to it.
      std::string without = shell == Shell::csh ? "\n\xc3\xa4" : "";
      std::vector<ProfileVariable> variables = random.variables(without);
      Env before = random.environment(variables, without);
      std::string profile = "/" + random.text(without);
      Env after = enter(before, profile, variables);
      EXPECT_EQ(left(after), before) << seed;
      std::string text = change_text(before, after, shell);
      if (shell == Shell::sh)
        text = sh_remember_before(variables, quoted_for_sh(profile)) + sh_activation(variables) +
               sh_remember_after(variables);
      Env edited = after;
      for (const ProfileVariable& variable : variables)
        if (random.one_in(2)) edited.set(variable.name, random.value(variable.kind, without));
      Env wanted = left(edited);
      for (const std::vector<std::string>& words : shells(shell)) {
        EXPECT_EQ(lines(evaluated(words, before, text)), lines(after)) << words[0] << seed << "\n"
                                                                       << text;
        EXPECT_EQ(lines(evaluated(words, edited, change_text(edited, wanted, shell))),
                  lines(wanted))
            << words[0] << seed;
      }
    }
}

TEST(Undo, AHostileDepthRunsNothing) {
  Env before = outside();
  for (const char* depth : {"a[$(touch bad)]", "1; touch bad", "$(touch bad)", "09"}) {
    before.set("_PROFILE_DEPTH", depth);
    std::string text = sh_remember_before(kVariables, "'/p'") + sh_activation(kVariables) +
                       sh_remember_after(kVariables);
    for (const std::vector<std::string>& words : shells(Shell::sh))
      EXPECT_EQ(evaluated(words, before, text).get("_PROFILE_DEPTH"), "1") << words[0];
  }
}

TEST(Undo, ShellsHaveNames) {
  EXPECT_EQ(shell_called("/bin/zsh"), Shell::sh);
  EXPECT_EQ(shell_called("tcsh"), Shell::csh);
  EXPECT_EQ(shell_called("fish"), Shell::fish);
  EXPECT_EQ(shell_called("powershell"), std::nullopt);
}

TEST(Undo, ALineBreakIsNothingForCsh) {
  Env after;
  after.set("X", "a\nb");
  EXPECT_EQ(code_of([&] { change_text(Env(), after, Shell::csh); }), "env.line-break");
}

} // namespace
} // namespace hdist
