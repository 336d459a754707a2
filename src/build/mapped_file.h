// mapped_file.h: the bytes of a file without reading all of it.
#pragma once

#include "base/dir.h"

#include <string_view>

namespace hdist {

/// A private read-only mapping. Nobody may shorten the file meanwhile.
class MappedFile {
public:
  MappedFile(const Fd& file, std::string_view object); // throws system errors that name `object`
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }

private:
  std::string_view bytes_;
};

} // namespace hdist
