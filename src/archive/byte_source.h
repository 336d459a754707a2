// byte_source.h: the decompressed bytes of an archive, piece by piece. For the module only.
#pragma once

#include "archive/archive_file.h"

namespace hdist {

class ByteSource {
public:
  virtual ~ByteSource() = default;
  /// The next piece, valid until the next call; empty at the end, when all checksums were right.
  virtual std::string_view next() = 0;
};

class PlainSource final : public ByteSource {
public:
  explicit PlainSource(ArchiveFile& file) : file_(file) {}
  std::string_view next() override { return file_.next(); }

private:
  ArchiveFile& file_;
};

} // namespace hdist
