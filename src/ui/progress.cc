#include "ui/progress.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "ui/error_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

int terminal_width(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
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

std::string transfer_text(int64_t got, int64_t done, int64_t total, double seconds) {
  constexpr double kTooSoonSeconds = 1;
  std::string text = total > 0 ? fmt::format("{}%", done * 100 / total) : human_size(done);
  if (seconds < kTooSoonSeconds || got <= 0) return text;
  double rate = static_cast<double>(got) / seconds;
  text += " " + human_size(static_cast<int64_t>(rate)) + "/s";
  if (total > done)
    text += " " + human_duration(std::ceil(static_cast<double>(total - done) / rate)) + " left";
  return text;
}

OutputStyle style_of(int fd, bool quiet, bool verbose) {
  OutputStyle style;
  style.fd = fd;
  bool terminal = isatty(fd) == 1;
  const char* term = std::getenv("TERM"); // before any thread
  bool dumb = term == nullptr || std::string_view(term) == "dumb";
  style.live = terminal && !dumb && !quiet;
  style.color = terminal && !dumb && !is_set("NO_COLOR");
  style.width = terminal ? terminal_width(fd) : 80;
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
  std::string name = printable(event.name);
  std::string about = event.detail.empty() ? "" : " (" + printable(event.detail) + ")";
  bool shown = style_.least <= Level::notice;
  switch (event.state) {
  case TaskState::started:
    running_[event.name] = {event.kind, std::chrono::steady_clock::now(), 0, -1};
    if (shown && (!style_.live || style_.logs) && event.kind == "build")
      line_above(fmt::format("building {}{}", name, follow_text(event.detail)));
    break;
  case TaskState::finished:
    running_.erase(event.name);
    if (shown)
      line_above(fmt::format("{} {} in {}", green(fmt::format("{:8}", did(event.kind))), name,
                             human_duration(event.duration_s)) +
                 about);
    break;
  case TaskState::failed:
    running_.erase(event.name);
    line_above(fmt::format("{} {}{}", red("failed  "), name, about));
    break;
  case TaskState::waiting:
    if (shown) line_above(fmt::format("waiting  for {}{}", name, about));
    break;
  case TaskState::skipped:
  case TaskState::present:
    running_.erase(event.name);
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
    if (found->second.first < 0) found->second.first = event.done;
    found->second.done = event.done;
    found->second.total = event.total;
  }
  draw(false);
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
  if (!live_shown_) return;
  live_shown_ = false;
  (void)!write(style_.fd, "\r\x1b[K", 4);
}

void TextEvents::line_above(const std::string& line) {
  std::string text = live_shown_ ? "\r\x1b[K" : "";
  live_shown_ = false;
  text += line + "\n";
  try {
    write_all(style_.fd, text, "the error output");
  } catch (const Error&) { // nobody reads: the work goes on
    return;
  }
}

std::string TextEvents::live_text() const {
  std::string text = tasks_total_ > 0 ? fmt::format("[{}/{}]", tasks_done_, tasks_total_) : "";
  for (const auto& [name, task] : running_) {
    double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - task.since).count();
    std::string short_name = task.kind == "build" ? name.substr(0, name.find('/')) : name;
    std::string state = fmt::format("{:.0f} s", seconds);
    if (task.kind == "fetch")
      state = transfer_text(task.done - std::max<int64_t>(task.first, 0), task.done, task.total,
                            seconds);
    text += fmt::format(" {} {} {}", doing(task.kind), printable(short_name), state);
  }
  std::size_t room = static_cast<std::size_t>(style_.width > 1 ? style_.width - 1 : 1);
  return text.size() > room ? text.substr(0, room) : text;
}

void TextEvents::draw(bool force) {
  if (!style_.live) return;
  auto now = std::chrono::steady_clock::now();
  if (!force && now - last_draw_ < kRedraw) return;
  last_draw_ = now;
  std::string text = running_.empty() ? "" : live_text();
  if (text.empty() && !live_shown_) return;
  live_shown_ = !text.empty();
  std::string line = "\r\x1b[K" + text;
  (void)!write(style_.fd, line.data(), line.size());
}

} // namespace hdist
