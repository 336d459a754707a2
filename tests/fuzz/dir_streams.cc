// Streams of directories: what is unpacked gives the same stream again.
#include "source/dir_stream.h"

#include "base/error.h"
#include "fuzz/scratch.h"
#include "source/source_store.h"

using namespace hdist;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  const std::string_view bytes = text_of(data, size);
  const Fd file = memory_file(bytes);
  const Dir target = scratch.emptied();
  DirStreamOptions options{.limits = {.bytes = 1 << 20, .entries = 2000}, .seen = {}};
  bool is_taken = false;
  try {
    unpack_dir_stream(file.get(), "input", target, options);
    is_taken = true;
  } catch (const Error&) { // refused
  }
  scratch.check();
  if (!is_taken) return 0;
  std::string again;
  write_dir_stream(target, [&](std::string_view piece) { again += piece; }, {});
  require(again == bytes, "there is one stream of the same tree");
  return 0;
}
