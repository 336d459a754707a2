#include "build/build_log.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kMaxLine = 64 << 10; // a longer one is taken in pieces
constexpr std::size_t kMaxShownLine = 1000;
constexpr std::size_t kLastLines = 20;

Fd create(const Dir& directory, const char* name) {
  return directory.open_file(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
}

} // namespace

BuildLog::BuildLog(const Dir& directory, std::string task, Events& events)
    : directory_(directory.duplicate()), task_(std::move(task)), events_(events),
      path_(join_path(directory.path(), kPlain)), plain_(create(directory, kPlain)),
      compressed_(create(directory, kCompressed)) {
  zstd_ =
      std::make_unique<ZstdWriter>([this](std::string_view bytes) { store(compressed_, bytes); });
}

BuildLog::~BuildLog() = default;

void BuildLog::store(const Fd& file, std::string_view bytes) {
  if (disk_error_) return;
  try {
    write_all(file.get(), bytes, path_);
  } catch (const Error& error) {
    disk_error_ = error;
  }
}

void BuildLog::write(std::string_view bytes) {
  store(plain_, bytes);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    const std::size_t room = kMaxLine - partial_.size();
    if (piece.size() > room) {
      partial_ += piece.substr(0, room);
      bytes.remove_prefix(room);
      take_line(std::exchange(partial_, {}));
      continue;
    }
    partial_ += piece;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    take_line(std::exchange(partial_, {}));
  }
}

void BuildLog::take_line(std::string_view text) {
  const double time_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  zstd_->write(fmt::format("{:.3f} {}\n", time_s, text));
  last_.emplace_back(text.substr(0, kMaxShownLine));
  if (last_.size() > kLastLines) last_.pop_front();
  errors_.add(text);
  ++lines_;
  events_.on(LogLine{task_, std::string(text)});
}

void BuildLog::begin_command(const std::string& stage, const std::string& command) {
  line(fmt::format("== {}: {}", printable(stage), command));
  errors_ = FirstErrorFinder();
  command_start_ = lines_;
}

void BuildLog::line(const std::string& text) {
  write(partial_.empty() ? text + "\n" : "\n" + text + "\n");
}

void BuildLog::finish() {
  if (zstd_) {
    if (!partial_.empty()) take_line(std::exchange(partial_, {}));
    zstd_->finish();
    zstd_.reset();
  }
  if (disk_error_) throw *disk_error_;
}

void BuildLog::save_plain(const Dir& to, const std::string& name) const {
  save(kPlain, to, name, 0644);
}

void BuildLog::save_compressed(const Dir& to, const std::string& name) const {
  save(kCompressed, to, name, 0444);
}

void BuildLog::save(const char* file, const Dir& to, const std::string& name, mode_t mode) const {
  const std::string temporary = fmt::format(".{}.{}", name, random_name(8));
  try {
    const Fd source = directory_.open_file(file, O_RDONLY);
    const Fd target = to.open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
    std::string buffer(1 << 16, '\0');
    while (true) {
      const ssize_t size = ::read(source.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) throw_errno("read", path_);
      if (size == 0) break;
      write_all(target.get(), {buffer.data(), static_cast<std::size_t>(size)}, name);
    }
    to.set_mode(temporary, mode);
    to.rename(temporary, name);
  } catch (...) {
    to.remove_file(temporary);
    throw;
  }
}

std::vector<std::string> BuildLog::last_lines() const {
  std::vector<std::string> lines;
  for (const std::string& text : last_)
    lines.push_back(printable(text));
  return lines;
}

std::optional<FoundError> BuildLog::first_error() const {
  std::optional<FoundError> found = errors_.found();
  if (!found) return found;
  found->number += command_start_;
  found->line = printable(found->line);
  for (std::vector<std::string>* around : {&found->before, &found->after})
    for (std::string& line : *around)
      line = printable(line);
  return found;
}

} // namespace hdist
