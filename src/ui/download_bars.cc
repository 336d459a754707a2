#include "ui/download_bars.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hdist {

namespace {

constexpr int kNameColumns = 28, kShortestBar = 10, kLongestBar = 40;
constexpr int kTextColumns = 33; // "99% 1023.9 KiB/s 59 min 59 s left"

std::size_t columns(int count) {
  return static_cast<std::size_t>(std::max(count, 0));
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// The end of a long name says more: the version.
std::string shortened(const std::string& name, std::size_t room) {
  std::string text = printable(name);
  if (text.size() <= room) return text;
  if (room < 4) return cut_to_columns(text, room);
  std::size_t start = text.size() - room + 3;
  while (start < text.size() && continues_character(text[start]))
    ++start;
  return "..." + text.substr(start);
}

std::string bar(int64_t done, int64_t total, int length) {
  const double part = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
  const auto full = static_cast<int>(part * length);
  std::string text(columns(full), '=');
  if (full < length) text += ">" + std::string(columns(length - full - 1), ' ');
  return "[" + text + "]";
}

} // namespace

std::string cut_to_columns(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  while (width > 0 && continues_character(text[width]))
    --width;
  return text.substr(0, width);
}

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

std::string bar_line(const Download& download, int width) {
  const int length = std::min(width - kNameColumns - kTextColumns - 5, kLongestBar);
  const bool has_bar = download.total > 0 && length >= kShortestBar;
  const int name_columns = std::min(kNameColumns, std::max(width - kTextColumns - 2, width / 3));
  std::string line =
      fmt::format("{:<{}} ", shortened(download.name, columns(name_columns)), name_columns);
  if (has_bar) line += bar(download.done, download.total, length) + " ";
  line += transfer_text(download.done - download.before, download.done, download.total,
                        download.seconds);
  return cut_to_columns(line, columns(width));
}

std::string total_text(const std::vector<Download>& downloads, const EndedDownloads& ended,
                       double seconds) {
  int64_t got = ended.bytes, done = ended.bytes, total = ended.bytes;
  bool is_known = true;
  for (const Download& download : downloads) {
    got += download.done - download.before;
    done += download.done;
    is_known = is_known && download.total >= 0;
    total += std::max<int64_t>(download.total, 0);
  }
  const std::size_t count = downloads.size() + static_cast<std::size_t>(ended.count);
  return fmt::format("{}/{} downloads {}", ended.count, count,
                     transfer_text(got, done, is_known ? total : -1, seconds));
}

} // namespace hdist
