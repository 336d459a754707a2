// Archives: listed, and unpacked in both ways of cutting the top.
#include "archive/archive.h"
#include "base/error.h"
#include "fuzz/scratch.h"

using namespace hdist;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  set_archive_module_dir(HDIST_MODULE_DIR);
  const std::string_view bytes = text_of(data, size);
  const auto kind = archive_kind_of(bytes.substr(0, 512));
  if (!kind) return 0;
  const Fd file = memory_file(bytes);
  const UnpackLimits limits{.bytes = 1 << 20, .entries = 2000, .path_bytes = 4096};
  try {
    for (const std::string& name : list_archive(file.get(), "input", *kind, limits))
      require(safe_entry_path(name) == name, "a name that is listed is safe");
  } catch (const Error&) { // refused
  }
  for (const std::optional<int> strip : {std::optional<int>(0), std::optional<int>()}) {
    std::size_t seen = 0;
    UnpackOptions options{.kind = *kind, .strip = strip, .limits = limits, .seen = {}};
    options.seen = [&](std::string_view piece) { seen += piece.size(); };
    try {
      (void)unpack_archive(file.get(), "input", scratch.emptied(), options);
      require(seen == size, "all bytes were seen");
    } catch (const Error& error) {
      if (error.code().starts_with("archive."))
        require(seen == size, "all bytes were seen, though it was refused");
    }
    scratch.check();
  }
  return 0;
}
