#include "archive/gzip.h"

namespace hdist {

namespace {

constexpr std::size_t kOutBytes = std::size_t{256} << 10;
constexpr int kHeaderBytes = 1 << 20; // a name or a comment; more is no header
constexpr unsigned kDeflate = 8;

enum Flag : unsigned {
  flag_header_crc = 2,
  flag_extra = 4,
  flag_name = 8,
  flag_comment = 16,
  flag_reserved = 0xe0,
};

} // namespace

GzipSource::GzipSource(ArchiveFile& file, std::unique_ptr<Inflater> inflater)
    : file_(file), inflater_(std::move(inflater)), out_(std::make_unique<char[]>(kOutBytes)) {
  read_header();
}

std::string_view GzipSource::next() {
  while (!is_done_) {
    std::string_view piece = inflate();
    if (is_member_over_) finish_member();
    if (!piece.empty()) return piece;
  }
  return {};
}

bool GzipSource::fill() {
  if (in_.empty()) in_ = file_.next();
  return !in_.empty();
}

unsigned GzipSource::byte() {
  if (!excess_.empty()) {
    unsigned value = static_cast<unsigned char>(excess_.front());
    excess_.erase(0, 1);
    return value;
  }
  if (!fill()) file_.invalid("the gzip stream is truncated");
  unsigned value = static_cast<unsigned char>(in_.front());
  in_.remove_prefix(1);
  return value;
}

uint32_t GzipSource::little_endian(int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= uint32_t{byte()} << (8 * i);
  return value;
}

void GzipSource::skip_text() {
  for (int i = 0; i < kHeaderBytes; ++i)
    if (byte() == 0) return;
  file_.invalid("the gzip header has no end");
}

void GzipSource::read_header() {
  if (byte() != 0x1f || byte() != 0x8b) file_.invalid("no gzip header where one should be");
  if (byte() != kDeflate) file_.invalid("the gzip compression method is unknown");
  unsigned flags = byte();
  if ((flags & flag_reserved) != 0) file_.invalid("the gzip header has unknown flags");
  (void)little_endian(4); // time
  (void)little_endian(2); // level, system
  if ((flags & flag_extra) != 0)
    for (uint32_t left = little_endian(2); left > 0; --left)
      (void)byte();
  if ((flags & flag_name) != 0) skip_text();
  if ((flags & flag_comment) != 0) skip_text();
  if ((flags & flag_header_crc) != 0) (void)little_endian(2);
  inflater_->start();
  size_ = 0;
  is_member_over_ = false;
}

std::string_view GzipSource::inflate() {
  bool has_input = fill();
  Inflater::Step step = inflater_->step(in_, out_.get(), kOutBytes);
  if (step.is_damaged) file_.invalid("the gzip stream is damaged");
  in_.remove_prefix(step.read);
  bool is_stuck = step.written == 0 && !has_input && !step.is_end;
  if (is_stuck) file_.invalid("the gzip stream is truncated");
  size_ += static_cast<uint32_t>(step.written); // modulo 2^32, as ISIZE is
  is_member_over_ = step.is_end;
  return {out_.get(), step.written};
}

void GzipSource::finish_member() {
  excess_ = inflater_->excess();
  if (little_endian(4) != inflater_->crc()) file_.invalid("the gzip CRC is wrong");
  if (little_endian(4) != size_) file_.invalid("the gzip length is wrong");
  if (!fill())
    is_done_ = true;
  else if (in_.front() == 0)
    skip_padding();
  else
    read_header();
}

void GzipSource::skip_padding() {
  for (; fill(); in_ = {})
    if (in_.find_first_not_of('\0') != std::string_view::npos)
      file_.invalid("bytes that are no gzip member follow the end of the gzip stream");
  is_done_ = true;
}

} // namespace hdist
