#include "build/first_error.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

std::string found_in(const std::string& output) {
  FirstErrorFinder finder;
  for (const std::string& line : split(output, '\n'))
    finder.add(line);
  const std::optional<FoundError> found = finder.found();
  return found ? found->line : "";
}

struct Sample {
  const char* output;
  const char* expected;
};

TEST(FirstError, IsFoundInWhatProgramsPrint) {
  const Sample samples[] = {
      {"gcc -c a.c\na.c:3:5: warning: unused\na.c:9:1: error: expected ';'\nmake: *** [Makefile:2: "
       "a.o] Error 1",
       "a.c:9:1: error: expected ';'"},
      {"a.c:1:10: fatal error: zlib.h: No such file or directory\ncompilation terminated.",
       "a.c:1:10: fatal error: zlib.h: No such file or directory"},
      {"/usr/bin/ld: a.o: in function `main':\na.c:(.text+0x5): undefined reference to "
       "`deflate'\ncollect2: error: ld returned 1 exit status",
       "a.c:(.text+0x5): undefined reference to `deflate'"},
      {"/usr/bin/ld: cannot find -lz: No such file or directory",
       "/usr/bin/ld: cannot find -lz: No such file or directory"},
      {"checking for strerror... yes\ngrep: x: No such file or directory\nconfigure: error: no "
       "acceptable C compiler found in $PATH",
       "configure: error: no acceptable C compiler found in $PATH"},
      {"-- Looking\nCMake Error at CMakeLists.txt:3 (find_package):\n  Could not find ZLIB",
       "CMake Error at CMakeLists.txt:3 (find_package):"},
      {"Traceback (most recent call last):\n  File \"setup.py\", line 1, in <module>\n    import "
       "x\nModuleNotFoundError: No module named 'x'",
       "ModuleNotFoundError: No module named 'x'"},
      {"make: *** No rule to make target 'install'.  Stop.",
       "make: *** No rule to make target 'install'.  Stop."},
      {"x.sh: line 3: bison: command not found\nmake: *** [Makefile:2: y] Error 127",
       "x.sh: line 3: bison: command not found"},
      {"sh: 1: bison: not found", "sh: 1: bison: not found"},
      {"cc1plus ...\nKilled\nmake[1]: *** [Makefile:9: b.o] Error 137", "Killed"},
      {"make[2]: *** [a] Error 1\nmake[1]: *** [b] Error 2", "make[2]: *** [a] Error 1"},
      {"cp: a: No such file or directory\nretry\ncp: b: Permission denied\r",
       "cp: b: Permission denied"},
  };
  for (const Sample& sample : samples)
    EXPECT_EQ(found_in(sample.output), sample.expected);
}

TEST(FirstError, OfAMakeThatWasMeantToFailIsNotIt) {
  const std::string check = "a.c:1:1: error: probe\nmake: *** [Makefile:2: a.o] Error 1\n";
  EXPECT_EQ(found_in(check + "no a here, using b\nsh: 1: bison: not found"),
            "sh: 1: bison: not found");
  EXPECT_EQ(
      found_in(check + "no a here, using b\nb.c:1:1: error: real\nmake: *** [m:3: b.o] Error 1"),
      "b.c:1:1: error: real");
  EXPECT_EQ(found_in(check + "done with it"), "a.c:1:1: error: probe");
}

TEST(FirstError, IsTheOneThatNamesWhatCouldNotBeMade) {
  EXPECT_EQ(found_in("b.c:1:1: error: of another job\na.c:7:1: error: expected ;\na.c:9:1: error: "
                     "after it\nmake: *** [Makefile:2: src/a.o] Error 1"),
            "a.c:7:1: error: expected ;");
  EXPECT_EQ(found_in("In file included from src/a.c:1:\ninc/x.h:3:1: error: of a\nb.c:1: error: "
                     "b\nmake: *** [Makefile:2: src/a.o] Error 1"),
            "inc/x.h:3:1: error: of a");
}

TEST(FirstError, OfThousandsIsTheFirst) {
  std::string output = "a.c:1: error: the cause";
  for (int i = 0; i < 3000; ++i)
    output += "\na.c:2: error: it follows";
  EXPECT_EQ(found_in(output), "a.c:1: error: the cause");
}

TEST(FirstError, IsNotAWarningNorALineThatOnlyHasTheWord) {
  for (const char* line :
       {"a.c:1: warning: this is no error", "0 errors, 0 warnings", "gcc -Werror -c error.c",
        "checking for error_at_line... no", "perror: defined",
        "make: [Makefile:3: clean] Error 1 (ignored)", "echo \"error: x\" >&2",
        "x.c:3: warning: y.h: No such file or directory", "strerror: yes", ""})
    EXPECT_EQ(found_in(line), "") << line;
}

TEST(FirstError, IsShortHoweverLongTheLine) {
  EXPECT_EQ(found_in("a.c:1: error: " + std::string(1 << 20, 'x')).size(), 500u);
}

} // namespace

} // namespace hdist
