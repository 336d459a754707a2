#include "build/mapped_file.h"

#include "base/error.h"

#include <sys/mman.h>

namespace hdist {

MappedFile::MappedFile(const Fd& file, std::string_view object) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_errno("fstat", object);
  const std::size_t size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return; // cannot be mapped
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) throw_errno("mmap", object);
  bytes_ = {static_cast<const char*>(start), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

} // namespace hdist
