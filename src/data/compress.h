// compress.h: zstd, in and out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hdist {

std::string zstd_compress(std::string_view bytes, int level = 3);
/// Error usage "zstd.invalid" when the text is no zstd or gives more than `limit_bytes`.
std::string zstd_decompress(std::string_view bytes, int64_t limit_bytes);
/// The same in pieces, memory independent of the size. `read` fills a buffer and returns how many
/// bytes it wrote, 0 at the end.
void zstd_decompress(const std::function<std::size_t(char* buffer, std::size_t size)>& read,
                     const std::function<void(std::string_view)>& sink);

/// Streaming compressor: output goes to `sink` in pieces. finish() must be called once.
class ZstdWriter {
public:
  explicit ZstdWriter(std::function<void(std::string_view)> sink, int level = 3);
  ~ZstdWriter();
  ZstdWriter(ZstdWriter&&) noexcept;
  void write(std::string_view bytes);
  void finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
