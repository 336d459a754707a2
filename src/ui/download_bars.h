// download_bars.h: downloads that run, as lines of a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hdist {

/// One download, as far as was told.
struct Download {
  std::string name;
  int64_t done = 0, total = -1; // bytes; -1: not known
  int64_t before = 0;           // of them from an earlier run
  double seconds = 0;           // since its first bytes
};

/// Of the same time as those that run.
struct EndedDownloads {
  int64_t count = 0;
  int64_t bytes = 0; // that came
};

/// As much of it as surely fits: no character of UTF-8 has more columns than bytes, and none is
/// cut in two.
std::string cut_to_columns(const std::string& text, std::size_t width);

/// How far a transfer is: "45% 12.3 MiB/s 8 s left". `got`: bytes that came within `seconds`; total
/// -1: not known.
std::string transfer_text(int64_t got, int64_t done, int64_t total, double seconds);

/// "lua-5.4.tar.gz  [=====>      ]  45% 12.3 MiB/s 8 s left", never longer than `width`.
std::string bar_line(const Download& download, int width);

/// All as one: "2/5 downloads 45% 12.3 MiB/s 8 s left".
std::string total_text(const std::vector<Download>& downloads, const EndedDownloads& ended,
                       double seconds);

} // namespace hdist
