// Source keys, and what a fetch is expected to give.
#include "fuzz/fuzz.h"
#include "model/source_key.h"

using namespace hdist;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  if (const auto key = SourceKey::parse(text)) {
    require(SourceKey::parse(key->str()) == key, "a key that is printed is the key that was read");
    require(key->digest().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") ==
                std::string::npos,
            "a digest has nothing in it that a path or a shell minds");
    require(Expectation(*key).met_by(*key), "a key is what itself expects");
  }
  if (const auto expected = Expectation::parse(text)) {
    const auto again = Expectation::parse(expected->str());
    require(again && again->str() == expected->str(), "an expectation that is printed can be read");
  }
  (void)source_type_of_url(text);
  return 0;
}
