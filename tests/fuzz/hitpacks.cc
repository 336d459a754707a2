// HashDist's packs of files.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "model/hitpack.h"

using namespace hdist;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  try {
    const PackFiles files = read_hitpack(bytes);
    for (const auto& [name, content] : files) {
      require(!name.empty() && name.front() != '/', "a name is relative");
      require(("/" + name + "/").find("/../") == std::string::npos, "a name does not climb");
    }
    const std::string sorted = write_hitpack(files);
    require(write_hitpack(read_hitpack(sorted)) == sorted, "there is one sorted pack of the files");
  } catch (const Error& error) {
    require(error.code().starts_with("hitpack."), "an error is about the pack");
  }
  return 0;
}
