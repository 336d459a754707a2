#include "ui/error_text.h"

#include "data/json.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(ErrorText, MessageTasksAndAdviceInOrder) {
  Error error(ErrorKind::failed, "source.unavailable", "nothing gave it");
  error.during("fetching x")
      .during("updating y")
      .advise({"try again", "update", {"my stack"}})
      .advise({"ask somebody", "", {}});
  EXPECT_EQ(error_text(error, "qsnake"),
            "qsnake: nothing gave it\n  while fetching x\n  while updating y\n  -> try again: "
            "qsnake update 'my stack'\n  -> ask somebody");
}

TEST(ErrorText, NothingInAMessageMovesTheCursor) {
  EXPECT_EQ(error_text(Error(ErrorKind::failed, "x.y", "a\x1b[2Jb\nc"), "p").find('\x1b'),
            std::string::npos);
}

TEST(ErrorText, NothingInAFailedBuildMovesTheCursorOrFakesALine) {
  BuildFailure failure{.id = ArtifactId::make("lua", sha256("x"))};
  failure.stage = "make\x1b[2J\nhdist: all is well";
  failure.reason = "exit \x1b[1m2";
  failure.command = "a\nb";
  failure.build_dir = "/tmp/\x1b]0;x\x07";
  std::string text = failure_text(failure, "hdist");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\nhdist:"), std::string::npos) << text;
}

TEST(ErrorText, AFailedBuildShowsStageErrorLogAndDirectory) {
  BuildFailure failure{.id = ArtifactId::make("lua", sha256("x"))};
  failure.stage = "make";
  failure.reason = "exit status 2";
  failure.first_error = FoundError{.line = "lua.c:1:10: fatal error: readline.h: No such file",
                                   .number = 812,
                                   .before = {"gcc -c lua.c"},
                                   .after = {"compilation terminated."}};
  failure.last_lines = {"make: *** [all] Error 1"};
  failure.log_path = "/logs/lua.log";
  failure.build_dir = "/tmp/lua";
  failure.advice = {{"Set PATH.", "", {}}};
  std::string text = failure_text(failure, "hdist");
  for (const char* part : {"lua/", "stage make", "exit status 2", "fatal error", "make: ***",
                           "/logs/lua.log", "/tmp/lua", "\n  -> Set PATH.",
                           "from line 811 of the log:\n    gcc -c lua.c\n  > lua.c:1:10: fatal"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  failure.last_lines.push_back(failure.first_error->line); // then it is in front of the reader
  text = failure_text(failure, "hdist");
  EXPECT_EQ(text.find("gcc -c lua.c"), std::string::npos) << text;
}

TEST(ErrorText, EachRootFailureOnceThenWhatWasSkipped) {
  UpdateResponse response;
  Realized failed{.task = "build:a", .state = Realized::State::failed};
  failed.error = Error(ErrorKind::failed, "x.y", "no reason");
  Realized skipped{.task = "build:b", .state = Realized::State::skipped};
  skipped.reason = "build:a";
  response.report.tasks = {failed, skipped};
  EXPECT_EQ(run_failures_text(response.report, "hdist"),
            "hdist: no reason\n  not tried because of a: b");
}

} // namespace
} // namespace hdist
