#include "data/compress.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>
#include <zstd.h>

#include <utility>
#include <vector>

namespace hdist {

namespace {

[[noreturn]] void refuse(std::string message) {
  throw Error(ErrorKind::usage, "zstd.invalid", std::move(message));
}

void check_compress(std::size_t result) {
  if (ZSTD_isError(result) != 0)
    throw Error(ErrorKind::failed, "zstd.failed",
                fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(result)));
}

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

} // namespace

std::string zstd_compress(std::string_view bytes, int level) {
  std::string text;
  ZstdWriter writer([&text](std::string_view piece) { text += piece; }, level);
  writer.write(bytes);
  writer.finish();
  return text;
}

std::string zstd_decompress(std::string_view bytes, int64_t limit_bytes) {
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  std::string text;
  std::vector<char> piece(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t wanted = 1; // bytes zstd still expects of the current frame; 0 at the end of one
  while (true) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const std::size_t before = in.pos;
    const std::size_t result = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(result) != 0)
      refuse(fmt::format("this is no zstd data: {}", ZSTD_getErrorName(result)));
    if (std::cmp_greater(text.size() + out.pos, limit_bytes))
      refuse(fmt::format("the decompressed data is larger than {}", human_size(limit_bytes)));
    text.append(piece.data(), out.pos);
    if (in.pos != before || out.pos != 0)
      wanted = result;
    else if (wanted != 0)
      refuse("the zstd data ends too early");
    if (in.pos == in.size && wanted == 0) return text;
  }
}

void zstd_decompress(const std::function<std::size_t(char* buffer, std::size_t size)>& read,
                     const std::function<void(std::string_view)>& sink) {
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  std::vector<char> input(ZSTD_DStreamInSize());
  std::vector<char> piece(ZSTD_DStreamOutSize());
  std::size_t wanted = 1; // as above
  while (true) {
    ZSTD_inBuffer in{input.data(), read(input.data(), input.size()), 0};
    if (in.size == 0) break;
    bool full = true; // there may be more inside
    while (in.pos < in.size || full) {
      ZSTD_outBuffer out{piece.data(), piece.size(), 0};
      wanted = ZSTD_decompressStream(context.get(), &out, &in);
      if (ZSTD_isError(wanted) != 0)
        refuse(fmt::format("this is no zstd data: {}", ZSTD_getErrorName(wanted)));
      if (out.pos > 0) sink({piece.data(), out.pos});
      full = out.pos == out.size;
    }
  }
  if (wanted != 0) refuse("the zstd data ends too early");
}

struct ZstdWriter::State {
  std::function<void(std::string_view)> sink;
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
  std::vector<char> piece = std::vector<char>(ZSTD_CStreamOutSize());

  /// Feeds `bytes`; with ZSTD_e_end also everything that is still inside.
  void run(std::string_view bytes, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{piece.data(), piece.size(), 0};
      left = ZSTD_compressStream2(context.get(), &out, &in, end);
      check_compress(left);
      if (out.pos > 0) sink({piece.data(), out.pos});
    } while (in.pos < in.size || (end == ZSTD_e_end && left != 0));
  }
};

ZstdWriter::ZstdWriter(std::function<void(std::string_view)> sink, int level)
    : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
  check_compress(ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level));
  check_compress(ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_checksumFlag, 1));
}

ZstdWriter::~ZstdWriter() = default;
ZstdWriter::ZstdWriter(ZstdWriter&&) noexcept = default;

void ZstdWriter::write(std::string_view bytes) {
  state_->run(bytes, ZSTD_e_continue);
}

void ZstdWriter::finish() {
  state_->run({}, ZSTD_e_end);
}

} // namespace hdist
