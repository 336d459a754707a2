// Held to the logs of builds that failed, with real tools: tests/golden/build_logs.
#include "build/first_error.h"

#include "base/text.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hdist {
namespace {

struct RecordedLog {
  std::string name;
  std::vector<std::string> lines;
  int64_t expected = 0; // number of the line
};

std::vector<RecordedLog> recorded_logs() {
  const std::string folder = golden_path("build_logs");
  std::vector<RecordedLog> logs;
  for (const std::string& row : split(read_file(folder + "/expected.tsv"), '\n')) {
    if (row.empty() || row.starts_with('#')) continue;
    const std::vector<std::string> cells = split(row, '\t');
    logs.push_back({cells.at(0), split(read_file(folder + "/" + cells.at(0) + ".log"), '\n'),
                    parse_int(cells.at(1)).value()});
  }
  return logs;
}

std::optional<FoundError> found_in(const RecordedLog& log) {
  FirstErrorFinder finder;
  for (const std::string& line : log.lines)
    finder.add(line);
  return finder.found();
}

TEST(FirstErrorOfRecordedLogs, IsRightInNineOfTenAndNeverAWarning) {
  const std::vector<RecordedLog> logs = recorded_logs();
  ASSERT_GE(logs.size(), 60U);
  std::size_t right = 0;
  std::string wrong;
  for (const RecordedLog& log : logs) {
    const std::optional<FoundError> found = found_in(log);
    EXPECT_FALSE(found && found->line.find("arning:") != std::string::npos) << log.name;
    if (found && found->number == log.expected)
      ++right;
    else
      wrong += fmt::format("\n{}: {} instead of {}: {}", log.name, found ? found->number : 0,
                           log.expected, found ? found->line : "");
  }
  EXPECT_GE(static_cast<double>(right), 0.9 * static_cast<double>(logs.size()))
      << right << " of " << logs.size() << wrong;
}

TEST(FirstErrorOfRecordedLogs, HasTheTwoLinesBeforeAndAfterIt) {
  for (const RecordedLog& log : recorded_logs()) {
    const std::optional<FoundError> found = found_in(log);
    if (!found) continue;
    const auto line = [&](int64_t number) { // as a finder sees it
      std::string text = log.lines.at(static_cast<std::size_t>(number - 1));
      while (text.ends_with(' ') || text.ends_with('\r'))
        text.pop_back();
      return text.substr(0, 500);
    };
    const int64_t last = static_cast<int64_t>(log.lines.size());
    std::vector<std::string> before, after;
    for (int64_t n = std::max<int64_t>(1, found->number - 2); n < found->number; ++n)
      before.push_back(line(n));
    for (int64_t n = found->number + 1; n <= std::min(last, found->number + 2); ++n)
      after.push_back(line(n));
    EXPECT_EQ(found->line, line(found->number)) << log.name;
    EXPECT_EQ(found->before, before) << log.name;
    EXPECT_EQ(found->after, after) << log.name;
  }
}

} // namespace
} // namespace hdist
