#include "ui/parser.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

int no_action(Cli&, const Arguments&) {
  return 0;
}

const std::vector<CliCommand>& table() {
  static const std::vector<CliCommand> rows{
      {{"update",
        "work",
        "s",
        "",
        {{"STACK", "stack file", false, false}, {"PROFILE", "profile", false, false}},
        {{"--only", "", "PACKAGE", "h", true}, {"--dry-run", "-n", "", "h", false}},
        "",
        {}},
       no_action},
      {{"run", "enter", "s", "", {{"PROFILE", "profile", true, false}}, {}, "COMMAND", {}},
       no_action},
      {{"fetch",
        "plumbing",
        "s",
        "",
        {{"URL", "address", true, true}},
        {{"--tag", "-t", "TAG", "h", true}},
        "",
        {}},
       no_action}};
  return rows;
}
const std::vector<OptionInfo> kGlobal{{"--jobs", "-j", "N", "h", false},
                                      {"--json", "", "", "h", false},
                                      {"--version", "", "", "h", false}};

ParsedLine parse(const std::vector<std::string>& words) {
  return parse_line(words, table(), kGlobal);
}

TEST(Parser, OptionsStandAnywhereBeforeTheDashes) {
  ParsedLine line = parse({"--json", "update", "s.yaml", "--only", "a", "-j2", "p", "--only=b"});
  EXPECT_EQ(line.command->info.name, "update");
  EXPECT_TRUE(line.global.flag("--json"));
  EXPECT_EQ(line.global.value("--jobs"), "2");
  EXPECT_EQ(line.arguments.values("--only"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(line.arguments.value("STACK"), "s.yaml");
  EXPECT_EQ(line.arguments.value("PROFILE"), "p");
  EXPECT_FALSE(line.arguments.flag("--dry-run"));
}

TEST(Parser, WhatFollowsTheDashesBelongsToTheCommandThatIsRun) {
  ParsedLine line = parse({"run", "p", "--", "ls", "-l", "--json", "--"});
  EXPECT_EQ(line.arguments.rest(), (std::vector<std::string>{"ls", "-l", "--json", "--"}));
  EXPECT_FALSE(line.global.flag("--json"));
}

TEST(Parser, WordsInBracketsAndWithBlanksAreTakenAsTheyAre) {
  ParsedLine line = parse({"fetch", "[a,b]", "x y", "-t", "[t,u]", "-ttransient"});
  EXPECT_EQ(line.arguments.values("URL"), (std::vector<std::string>{"[a,b]", "x y"}));
  EXPECT_EQ(line.arguments.values("--tag"), (std::vector<std::string>{"[t,u]", "transient"}));
}

TEST(Parser, AWordThatIsNoneToChooseFromIsRefused) {
  const std::vector<CliCommand> rows{
      {{"c", "g", "s", "d", {{"VERB", "list or get", true, false, {"list", "get"}}}, {}, "", {}},
       no_action}};
  EXPECT_EQ(parse_line({"c", "get"}, rows, kGlobal).arguments.value("VERB"), "get");
  EXPECT_EQ(message_of([&] {
              parse_line({"c", "lst"}, rows, kGlobal);
            }),
            "'c' takes list or get, not 'lst'; is 'list' meant?");
}

TEST(Parser, UnknownWordsAreSuggestedTheNearest) {
  EXPECT_NE(message_of([] { parse({"updte"}); }).find("is 'update' meant?"), std::string::npos);
  EXPECT_NE(message_of([] {
              parse({"update", "--dry-rum"});
            }).find("is '--dry-run' meant?"),
            std::string::npos);
}

TEST(Parser, OptionsThatMissTheirValueOrHaveOneTooMuchAreNamed) {
  for (const char* word : {"--jobs", "-j"})
    EXPECT_EQ(message_of([&] {
                parse({"update", word});
              }),
              std::string(word) + " needs a value: " + word + " N");
  EXPECT_EQ(message_of([] { parse({"update", "--json=1"}); }), "--json takes no value");
  EXPECT_EQ(message_of([] { parse({"update", "-n=3"}); }), "-n takes no value");
  EXPECT_EQ(message_of([] { parse({"update", "-x"}); }), "'-x' is no option");
  EXPECT_EQ(message_of([] { parse({"update", "-nx"}); }), "'-x' is no option");
  EXPECT_EQ(message_of([] { parse({"update", "-\xc3\xa4"}); }), "'-\xc3\xa4' is no option");
  EXPECT_EQ(message_of([] { parse({"--=x", "update"}); }), "'--' is no option");
}

TEST(Parser, LettersMayStandTogether) {
  ParsedLine line = parse({"update", "-nj", "3", "s.yaml"});
  EXPECT_TRUE(line.arguments.flag("--dry-run"));
  EXPECT_EQ(line.global.value("--jobs"), "3");
  EXPECT_EQ(line.arguments.value("STACK"), "s.yaml");
  EXPECT_EQ(parse({"update", "-nj4"}).global.value("--jobs"), "4");
  EXPECT_EQ(parse({"update", "--jobs", "--json"}).global.value("--jobs"), "--json");
}

TEST(Parser, ALineThatIsRefusedStillSaysItsCommandAndForm) {
  auto sketch = [](const std::vector<std::string>& words) {
    return sketch_line(words, table(), kGlobal);
  };
  EXPECT_TRUE(sketch({"--json", "frob"}).json);
  EXPECT_EQ(sketch({"--json", "frob"}).command, nullptr);
  EXPECT_EQ(sketch({"-j", "update", "run", "--frob"}).command->info.name, "run");
  EXPECT_FALSE(sketch({"run", "p", "--", "x", "--json"}).json);
  EXPECT_FALSE(sketch({"--jobs", "--json", "update"}).json);
}

TEST(Parser, AnEmptyArgumentIsNone) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"update", "--jobs="}, {"update", "-j", ""}, {"update", ""}})
    EXPECT_EQ(code_of([&] { parse(words); }), "usage.empty-argument");
  EXPECT_EQ(parse({"run", "p", "--", ""}).arguments.rest(), std::vector<std::string>{""});
}

TEST(Parser, MissingAndSuperfluousArgumentsAreNamed) {
  EXPECT_NE(message_of([] { parse({"run"}); }).find("needs PROFILE"), std::string::npos);
  EXPECT_NE(message_of([] {
              parse({"update", "a", "b", "c"});
            }).find("'c' is one argument too many"),
            std::string::npos);
}

TEST(Parser, HelpAndVersionNeedNothingElse) {
  EXPECT_TRUE(parse({"run", "--help"}).help);
  EXPECT_TRUE(parse({"-h"}).help);
  EXPECT_TRUE(parse({"--version"}).version);
  EXPECT_EQ(parse({}).command, nullptr);
}

} // namespace
} // namespace hdist
