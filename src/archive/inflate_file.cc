#include "archive/inflate_file.h"

#include "archive/reader.h"

namespace hdist {

void inflate_file(int fd, std::string_view name, const InflateOptions& options,
                  const std::function<void(std::string_view)>& to, std::stop_token stop) {
  ArchiveFile file(fd, name, {}, std::move(stop));
  const std::unique_ptr<EntryReader> reader =
      open_reader(file, {.kind = {ArchiveFormat::tar, options.compression},
                         .stream_bytes = options.limit_bytes,
                         .is_no_archive = true});
  RawBlock block;
  while (reader->read(block))
    to(block.bytes);
  reader->finish();
}

} // namespace hdist
