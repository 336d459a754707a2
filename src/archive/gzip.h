// gzip.h: gzip files (RFC 1952): members, headers, checksums, padding. The deflate streams in them
// are an Inflater's.
#pragma once

#include "archive/byte_source.h"

#include <cstdint>
#include <memory>

namespace hdist {

/// Decodes raw deflate streams (RFC 1951), one after the other. The module has the one by ISA-L.
class Inflater {
public:
  struct Step {
    std::size_t read = 0;    // of `in`
    std::size_t written = 0; // to `out`
    bool is_end = false;     // of the stream
    bool is_damaged = false;
  };
  virtual ~Inflater() = default;
  virtual void start() = 0;
  virtual Step step(std::string_view in, char* out, std::size_t out_size) = 0;
  /// Of what was written since start().
  virtual uint32_t crc() const = 0;
  /// Whole bytes that were read past the end of the stream, at most 7.
  virtual std::string excess() const = 0;
};

/// All members in a row. After the last only zero bytes may follow (tape padding).
class GzipSource final : public ByteSource {
public:
  GzipSource(ArchiveFile& file, std::unique_ptr<Inflater> inflater);
  std::string_view next() override;

private:
  bool fill();
  unsigned byte();
  uint32_t little_endian(int bytes);
  void skip_text();
  void read_header();
  std::string_view inflate();
  void finish_member();
  void skip_padding();

  ArchiveFile& file_;
  std::unique_ptr<Inflater> inflater_;
  std::unique_ptr<char[]> out_;
  std::string_view in_;
  std::string excess_; // comes before in_; a part of a trailer, so it is used up with it
  uint32_t size_ = 0;
  bool is_member_over_ = false;
  bool is_done_ = false;
};

} // namespace hdist
