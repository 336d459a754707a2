#include "ui/error_text.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace hdist {

namespace {

std::string advice_text(const Advice& advice, const std::string& program) {
  if (advice.verb.empty()) return advice.text;
  std::string command = program + " " + advice.verb;
  for (const std::string& word : advice.args)
    command += " " + shell_quote(word);
  return advice.text.empty() ? command : advice.text + ": " + command;
}

/// Some tools print their whole work as one line.
std::string shortened(const std::string& line) {
  constexpr std::size_t kMost = 400;
  if (line.size() <= kMost) return line;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
    --end; // no half character
  return line.substr(0, end) + "...";
}

} // namespace

std::string printable_lines(const std::string& text) {
  std::string result;
  for (const std::string& line : split(text, '\n'))
    result += (result.empty() ? "" : "\n") + printable(line);
  return result;
}

std::string error_text(const Error& error, const std::string& program) {
  std::string text = fmt::format("{}: {}", program, printable_lines(error.message()));
  for (const std::string& task : error.tasks())
    text += "\n  while " + printable(task);
  for (const Advice& advice : error.advice())
    text += "\n  -> " + printable(advice_text(advice, program));
  return text;
}

namespace {

std::string first_error_text(const FoundError& error, const std::vector<std::string>& log_end) {
  std::string text = "\n  first error: " + printable(shortened(error.line));
  const bool is_shown = std::find(log_end.begin(), log_end.end(), error.line) != log_end.end();
  if (is_shown || (error.before.empty() && error.after.empty())) return text;
  text += fmt::format("\n  around it, from line {} of the log:",
                      error.number - static_cast<int64_t>(error.before.size()));
  for (const std::string& line : error.before)
    text += "\n    " + printable(shortened(line));
  text += "\n  > " + printable(shortened(error.line));
  for (const std::string& line : error.after)
    text += "\n    " + printable(shortened(line));
  return text;
}

} // namespace

std::string failure_text(const BuildFailure& failure, const std::string& program) {
  std::string stage = failure.stage.empty() ? "" : " in stage " + printable(failure.stage);
  std::string text = fmt::format("{}: {} could not be built: {}{}", program, failure.id.str(),
                                 printable_lines(failure.reason), stage);
  if (!failure.command.empty()) text += "\n  command:     " + printable(shortened(failure.command));
  if (failure.first_error) text += first_error_text(*failure.first_error, failure.last_lines);
  if (!failure.last_lines.empty()) text += "\n  the log ends:";
  for (const std::string& line : failure.last_lines)
    text += "\n    " + printable(shortened(line));
  if (!failure.log_path.empty())
    text += (failure.log_error.empty() ? "\n  whole log:   " : "\n  part of it:  ") +
            printable(failure.log_path);
  if (!failure.log_error.empty()) text += "\n  not kept whole: " + printable(failure.log_error);
  if (!failure.build_dir.empty()) text += "\n  kept:        " + printable(failure.build_dir);
  for (const Advice& advice : failure.advice)
    text += "\n  -> " + printable(advice_text(advice, program));
  return text;
}

namespace {

std::string task_text(const std::string& task) {
  std::size_t colon = task.find(':');
  return colon == std::string::npos ? task : task.substr(colon + 1);
}

std::string skipped_text(const std::map<std::string, std::vector<std::string>>& skipped) {
  std::string text;
  for (const auto& [cause, tasks] : skipped)
    text += fmt::format("\n  not tried because of {}: {}", printable(task_text(cause)),
                        printable(join(tasks, ", ")));
  return text;
}

} // namespace

std::string run_failures_text(const RealizeReport& report, const std::string& program) {
  std::string text;
  std::map<std::string, std::vector<std::string>> skipped;
  for (const Realized& task : report.tasks) {
    std::string gap = text.empty() ? "" : "\n";
    if (task.state == Realized::State::skipped)
      skipped[task.reason].push_back(task_text(task.task));
    if (task.state != Realized::State::failed) continue;
    if (task.failure)
      text += gap + failure_text(*task.failure, program);
    else if (task.error)
      text += gap + error_text(*task.error, program);
  }
  return text + skipped_text(skipped);
}

} // namespace hdist
