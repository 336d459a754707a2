#include "data/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hdist {
namespace {

TEST(Utf8, ACodePointRoundTrips) {
  for (const char32_t value : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff',
                               U'\xe000', U'\xffff', U'\x10000', U'\x10ffff'}) {
    std::string text;
    append_utf8(text, value);
    const CodePoint point = decode_utf8(text, 0);
    EXPECT_EQ(point.value, value);
    EXPECT_EQ(point.length, text.size());
  }
}

TEST(Utf8, OverlongFormsSurrogatesAndStrayBytesAreFound) {
  for (const std::string_view bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF",
                                     "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xF0\x8F\xBF\xBF",
                                     "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    EXPECT_EQ(find_invalid_utf8("0123456789" + std::string(bad)), 10u)
        << testing::PrintToString(bad);
}

TEST(Utf8, ValidTextHasNoInvalidByte) {
  EXPECT_EQ(find_invalid_utf8(""), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("plain ASCII, long enough for a whole word"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("1234567\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            std::string_view::npos);
}

} // namespace
} // namespace hdist
