#include "ui/progress.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/shorten.h"
#include "base/text.h"
#include "ui/error_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};

bool is_set(const char* name) {
  const char* value = std::getenv(name); // before any thread
  return value != nullptr && *value != '\0';
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

const char* doing(const std::string& kind) {
  if (kind == "fetch") return "fetching";
  if (kind == "build") return "building";
  if (kind == "unpack") return "unpacking";
  if (kind == "command") return "running";
  return "making";
}

const char* did(const std::string& kind) {
  if (kind == "fetch") return "fetched";
  if (kind == "build") return "built";
  if (kind == "unpack") return "unpacked";
  if (kind == "command") return "ran";
  return "made";
}

/// How to see what a build is printing, when its log is known.
std::string follow_text(const std::string& log) {
  return log.empty() ? "" : " (tail -f " + printable(shell_quote(log)) + ")";
}

} // namespace

OutputStyle style_of(int fd, bool quiet, bool verbose) {
  OutputStyle style;
  style.fd = fd;
  bool terminal = isatty(fd) == 1;
  const char* term = std::getenv("TERM"); // before any thread
  bool dumb = term == nullptr || std::string_view(term) == "dumb";
  style.live = terminal && !dumb && !quiet;
  style.color = terminal && !dumb && !is_set("NO_COLOR");
  style.least = quiet ? Level::warning : verbose ? Level::info : Level::notice;
  style.log_lines = verbose;
  return style;
}

TextEvents::TextEvents(OutputStyle style, std::string program)
    : style_(style), program_(std::move(program)) {}

TextEvents::~TextEvents() {
  clear_live_line();
}

std::string TextEvents::bold(const std::string& text) const {
  return style_.color ? "\x1b[1m" + text + "\x1b[0m" : text;
}
std::string TextEvents::red(const std::string& text) const {
  return style_.color ? "\x1b[1;31m" + text + "\x1b[0m" : text;
}
std::string TextEvents::green(const std::string& text) const {
  return style_.color ? "\x1b[32m" + text + "\x1b[0m" : text;
}

void TextEvents::on(const Message& event) {
  if (event.level < style_.least) return;
  std::lock_guard lock(mutex_);
  std::string text = printable_lines(event.text);
  line_above(event.level == Level::warning
                 ? fmt::format("{}: {}: {}", program_, red("warning"), text)
                 : text);
}

void TextEvents::on(const TaskEvent& event) {
  std::lock_guard lock(mutex_);
  std::string name = printable(with_short_words(event.name));
  std::string about = event.detail.empty() ? "" : " (" + printable(event.detail) + ")";
  bool shown = style_.least <= Level::notice;
  switch (event.state) {
  case TaskState::started:
    begin(event);
    if (shown && (!style_.live || style_.logs) && event.kind == "build")
      line_above(fmt::format("building {}{}", name, follow_text(event.detail)));
    break;
  case TaskState::finished:
    end_of(event.name);
    if (shown)
      line_above(fmt::format("{} {} in {}", green(fmt::format("{:8}", did(event.kind))), name,
                             human_duration(event.duration_s)) +
                 about);
    break;
  case TaskState::failed:
    end_of(event.name);
    line_above(fmt::format("{} {}{}", red("failed  "), name, about));
    break;
  case TaskState::waiting:
    if (shown) line_above(fmt::format("waiting  for {}{}", name, about));
    break;
  case TaskState::skipped:
  case TaskState::present:
    end_of(event.name);
    if (style_.least <= Level::info)
      line_above(fmt::format("{:8} {}{}", event.state == TaskState::skipped ? "skipped" : "present",
                             name, about));
    break;
  }
  draw(true);
}

void TextEvents::on(const Progress& event) {
  std::lock_guard lock(mutex_);
  if (event.kind == "run") {
    tasks_done_ = event.done;
    tasks_total_ = event.total;
  } else if (auto found = running_.find(event.name); found != running_.end()) {
    note_progress(event, found->second);
  }
  draw(false);
}

void TextEvents::note_progress(const Progress& event, Running& task) {
  const auto now = std::chrono::steady_clock::now();
  if (task.first < 0) {
    task.first = event.done;
    task.since = task.told = now;
  }
  task.done = event.done;
  task.total = event.total;
  const bool shown = !style_.live && style_.least <= Level::notice;
  if (!shown || event.done == event.total || now - task.told < style_.long_download) return;
  task.told = now;
  line_above(fmt::format(
      "fetching {}: {}", printable(event.name),
      transfer_text(event.done - task.first, event.done, event.total, seconds_since(task.since))));
}

void TextEvents::on(const LogLine& event) {
  std::lock_guard lock(mutex_);
  if (style_.log_lines)
    line_above(fmt::format("{}| {}", printable(event.name.substr(0, event.name.find('/'))),
                           printable(event.text)));
  draw(false); // keeps the seconds of the live line going
}

void TextEvents::write_line(const std::string& line) {
  std::lock_guard lock(mutex_);
  line_above(line);
}

void TextEvents::clear_live_line() {
  std::lock_guard lock(mutex_);
  if (live_shown_ == 0) return;
  const std::string text = clearing();
  live_shown_ = 0;
  (void)!write(style_.fd, text.data(), text.size());
}

/// The cursor is at the end of the last of them.
std::string TextEvents::clearing() const {
  if (live_shown_ <= 1) return "\r\x1b[K";
  return fmt::format("\r\x1b[{}A\x1b[J", live_shown_ - 1);
}

void TextEvents::line_above(const std::string& line) {
  std::string text = live_shown_ > 0 ? clearing() : "";
  live_shown_ = 0;
  text += line + "\n";
  try {
    write_all(style_.fd, text, "the error output");
  } catch (const Error&) { // nobody reads: the work goes on
    return;
  }
}

void TextEvents::begin(const TaskEvent& event) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_first = std::none_of(running_.begin(), running_.end(), [](const auto& entry) {
    return entry.second.kind == "fetch";
  });
  if (event.kind == "fetch" && is_first) {
    downloading_since_ = now;
    ended_ = {};
  }
  running_[event.name] = {.kind = event.kind, .since = now, .told = now};
}

void TextEvents::end_of(const std::string& name) {
  if (auto found = running_.find(name); found != running_.end()) {
    const Running& task = found->second;
    if (task.kind == "fetch") {
      ++ended_.count;
      ended_.bytes += task.done - std::max<int64_t>(task.first, 0);
    }
    running_.erase(found);
  }
}

/// The last line: how many tasks are done, all downloads together, and what else runs.
std::string TextEvents::live_text(const std::vector<Download>& downloads) const {
  std::vector<std::string> parts;
  if (tasks_total_ > 0) parts.push_back(fmt::format("[{}/{}]", tasks_done_, tasks_total_));
  if (!downloads.empty() && ended_.count + std::ssize(downloads) > 1)
    parts.push_back(total_text(downloads, ended_, seconds_since(downloading_since_)));
  for (const auto& [name, task] : running_) {
    if (task.kind == "fetch") continue;
    std::string short_name = task.kind == "build" ? name.substr(0, name.find('/')) : name;
    parts.push_back(fmt::format("{} {} {:.0f} s", doing(task.kind), printable(short_name),
                                seconds_since(task.since)));
  }
  return join(parts, " ");
}

std::vector<std::string> TextEvents::live_lines() const {
  const int width = std::max(style_.width - 1, 1);
  std::vector<Download> downloads;
  for (const auto& [name, task] : running_)
    if (task.kind == "fetch")
      downloads.push_back({name, task.done, task.total, std::max<int64_t>(task.first, 0),
                           task.first < 0 ? 0 : seconds_since(task.since)});
  std::vector<std::string> lines;
  const auto most = static_cast<std::size_t>(std::max(style_.height - 2, 1));
  for (const Download& download : downloads)
    if (lines.size() < most) lines.push_back(bar_line(download, width));
  const std::string text = cut_to_columns(live_text(downloads), static_cast<std::size_t>(width));
  if (!text.empty()) lines.push_back(text);
  return lines;
}

/// What was shown before is taken away by its number of lines. A terminal that became narrower may
/// have broken them: then some stay above, which is better than taking away what others wrote.
void TextEvents::fit_terminal() {
  winsize size{};
  if (ioctl(style_.fd, TIOCGWINSZ, &size) != 0) return;
  if (size.ws_col > 0) style_.width = size.ws_col;
  if (size.ws_row > 0) style_.height = size.ws_row;
}

void TextEvents::draw(bool force) {
  if (!style_.live) return;
  auto now = std::chrono::steady_clock::now();
  if (!force && now - last_draw_ < kRedraw) return;
  last_draw_ = now;
  fit_terminal();
  const std::vector<std::string> lines =
      running_.empty() ? std::vector<std::string>() : live_lines();
  if (lines.empty() && live_shown_ == 0) return;
  std::string text = clearing() + join(lines, "\n");
  live_shown_ = lines.size();
  (void)!write(style_.fd, text.data(), text.size());
}

} // namespace hdist
