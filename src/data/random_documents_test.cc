// Properties over random values and random damage: what is written reads back, and no bytes crash a
// reader.
#include "data/json.h"
#include "data/utf8.h"
#include "data/yaml.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <random>

namespace hdist {
namespace {

using Random = std::mt19937_64; // the same numbers everywhere, unlike the distributions of <random>

std::size_t below(Random& random, std::size_t end) {
  return static_cast<std::size_t>(random() % end);
}

std::string random_text(Random& random) {
  static constexpr char32_t kEdges[] = {1,      '\n',   '\t',   '"',    '\\',    '/',
                                        0x1F,   0x7F,   0x80,   0x7FF,  0x800,   0x2028,
                                        0xD7FF, 0xE000, 0xFEFF, 0xFFFF, 0x10000, 0x10FFFF};
  std::string text;
  for (std::size_t i = below(random, 12); i > 0; --i)
    append_utf8(text, below(random, 2) == 0 ? kEdges[below(random, std::size(kEdges))]
                                            : static_cast<char32_t>(' ' + below(random, 95)));
  return text;
}

Value random_scalar(Random& random) {
  switch (below(random, 5)) {
  case 0:
    return {};
  case 1:
    return below(random, 2) == 0;
  case 2:
    return static_cast<int64_t>(random());
  case 3:
    return Integer{"-1" + std::to_string(random()) + std::to_string(random())};
  default:
    return random_text(random);
  }
}

Value random_value(Random& random, int depth) {
  const std::size_t kind = depth == 0 ? 2 : below(random, 4);
  if (kind > 1) return random_scalar(random);
  Value value = kind == 0 ? Value::list() : Value::map();
  for (std::size_t i = below(random, 20); i > 0; --i) {
    if (kind == 0)
      value.push(random_value(random, depth - 1));
    else
      value.set(random_text(random), random_value(random, depth - 1));
  }
  return value;
}

TEST(RandomDocuments, EveryWrittenFormReadsBackAsTheSameValue) {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    const Value value = random_value(random, 4);
    const std::string canonical = canonical_json(value);
    EXPECT_EQ(read_json("canonical", canonical).root, value);
    EXPECT_EQ(read_json("pretty", pretty_json(value)).root, value);
    EXPECT_EQ(read_json("compact", compact_json(value)).root, value);
    EXPECT_EQ(canonical_json(read_json("pretty", pretty_json(value)).root), canonical);
  }
}

/// Changes, removes, doubles or inserts a few bytes, often such that have a meaning.
std::string damaged(std::string text, Random& random) {
  static constexpr std::string_view kMeaningful =
      "{}[]\",:\\'#&*!|>%@`?-~ \n\r\t0e.\xC3\xEF\xFF\x80"
      "u";
  for (std::size_t i = 1 + below(random, 4); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(random, text.size());
    const char c = below(random, 3) == 0 ? static_cast<char>(random())
                                         : kMeaningful[below(random, kMeaningful.size())];
    switch (below(random, 4)) {
    case 0:
      text[at] = c;
      break;
    case 1:
      text.erase(at, 1 + below(random, 4));
      break;
    case 2:
      text.insert(at, text.substr(below(random, text.size()), 1 + below(random, 20)));
      break;
    default:
      text.insert(at, 1, c);
    }
  }
  return text;
}

constexpr std::string_view kJson =
    R"({"name": "caf\u00e9", "list": [1, -2.5e3, true, null, "\ud83d\ude00", []],
  "build": {"commands": [{"cmd": ["make", "-j4"]}], "import": []}})";

constexpr std::string_view kYaml = "# recipe\n"
                                   "---\n"
                                   "name: lua\n"
                                   "\"version\": '5.4.6'\n"
                                   "build: [readline, {name: caf\xC3\xA9, when: \"a \\u20ac\"}]\n"
                                   "sources:\n"
                                   "- url: https://example.org/x.tar.gz # archive\n"
                                   "  key: 3.10\n"
                                   "- ? a\n"
                                   "  : b\n"
                                   "script: |-2\n"
                                   "    make linux\n"
                                   "  done\n"
                                   "folded: >+\n"
                                   "  one\n"
                                   "\n"
                                   "  line\n"
                                   "long: two\n"
                                   "  words\n"
                                   "empty:\n"
                                   "...\n";

/// Reads; an Error that says where is the only accepted failure.
template <typename Read> void read_damaged(const Read& read, const std::string& text) {
  try {
    const Document document = read("f", text);
    EXPECT_EQ(read_json("again", compact_json(document.root)).root, document.root);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
    EXPECT_TRUE(error.message().starts_with("f:")) << error.what();
    EXPECT_EQ(find_invalid_utf8(error.message()), std::string::npos);
  }
}

constexpr int kRounds = 4000;

TEST(RandomDocuments, DamagedJsonIsReadOrRefused) {
  Random random(2);
  for (int i = 0; i < kRounds; ++i)
    read_damaged([](const char* name, const std::string& text) { return read_json(name, text); },
                 damaged(std::string(kJson), random));
}

TEST(RandomDocuments, DamagedYamlIsReadOrRefused) {
  Random random(3);
  testing::internal::CaptureStderr();
  for (int i = 0; i < kRounds; ++i)
    read_damaged([](const char* name, const std::string& text) { return read_yaml(name, text); },
                 damaged(std::string(kYaml), random));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
} // namespace hdist
