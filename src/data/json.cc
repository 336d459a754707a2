// The JSON reader, RFC 8259 to the letter. Our own instead of a library's because identity depends
// on it: it gives each value its position, keeps integers of any size and decimals as text, refuses
// duplicate keys, and needs no stack for depth. The SAX interface of nlohmann-json 3.11 gives no
// positions and no text of a number that fits.
#include "data/json.h"

#include "data/fields.h"
#include "data/position_finder.h"
#include "data/tree_builder.h"
#include "data/utf8.h"

#include "base/text.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace hdist {

namespace {

constexpr char kEnd =
    '\0'; // what peek() gives behind the end: check_text() has refused it elsewhere

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

class JsonReader {
public:
  JsonReader(const Document& document, const ReadLimits& limits)
      : document_(document), text_(document.text), finder_(text_), builder_(document, limits),
        allow_nul_(limits.allow_nul) {}

  Value read() {
    skip_space();
    read_value();
    while (builder_.depth() > 0)
      read_next();
    skip_space();
    if (at_ < text_.size())
      fail(at_, fmt::format("expected the end of the document, found {}", found()));
    return builder_.take();
  }

private:
  [[noreturn]] void fail(std::size_t offset, std::string_view message) {
    throw document_error(document_, finder_.at(offset), "", message, "syntax");
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : kEnd; }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  /// What stands at the cursor, for messages.
  std::string found() const {
    if (at_ >= text_.size()) return "the end of the text";
    std::size_t length = 0;
    while (at_ + length < text_.size() && is_word(text_[at_ + length]) && length < 20)
      ++length;
    if (length == 0) length = decode_utf8(text_, at_).length;
    return fmt::format("'{}'", text_.substr(at_, length));
  }

  /// A scalar, or the opening of a list or map.
  void read_value() {
    const char c = peek();
    const std::size_t start = at_;
    is_fresh_ = c == '[' || c == '{';
    if (c == '"') {
      std::string text = read_string();
      builder_.scalar(Value(std::move(text)), finder_.at(start));
    } else if (c == '{') {
      ++at_;
      builder_.open_map(finder_.at(start));
    } else if (c == '[') {
      ++at_;
      builder_.open_list(finder_.at(start));
    } else if (c == '-' || is_digit(c)) {
      Value number = read_number();
      builder_.scalar(std::move(number), finder_.at(start));
    } else {
      Value word = read_word();
      builder_.scalar(std::move(word), finder_.at(start));
    }
  }

  Value read_word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end]))
      ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (word == "true" || word == "false" || word == "null") {
      at_ = end;
      return word == "null" ? Value() : Value(word == "true");
    }
    std::string message = fmt::format("expected a value, found {}", found());
    if (peek() == '\'')
      message += "; strings are in double quotes";
    else if (peek() == '/' || peek() == '#')
      message += "; there are no comments in JSON";
    fail(at_, message);
  }

  /// What follows in the innermost list or map: its end, or a comma and the next value.
  void read_next() {
    skip_space();
    const bool in_map = builder_.in_map();
    const char end = in_map ? '}' : ']';
    if (peek() == end) {
      ++at_;
      is_fresh_ = false;
      builder_.close();
      return;
    }
    if (!is_fresh_) {
      if (peek() != ',') fail_unclosed(fmt::format("expected ',' or '{}', found {}", end, found()));
      const std::size_t comma = at_++;
      skip_space();
      if (peek() == end) fail(comma, fmt::format("a comma before '{}'", end));
    }
    if (in_map) read_key();
    read_value();
  }

  /// At the end of the text it helps more to know what was never closed.
  [[noreturn]] void fail_unclosed(std::string message) {
    if (at_ >= text_.size()) {
      const Position open = builder_.open_position();
      message +=
          fmt::format("; what is open was opened in line {}, column {}", open.line, open.column);
    }
    fail(at_, message);
  }

  void read_key() {
    const std::size_t start = at_;
    if (peek() != '"')
      fail_unclosed(fmt::format("expected a key in double quotes, found {}", found()));
    std::string key = read_string();
    builder_.key(std::move(key), finder_.at(start));
    skip_space();
    if (peek() != ':') fail(at_, fmt::format("expected ':' after the key, found {}", found()));
    ++at_;
    skip_space();
  }

  void skip_digits() {
    if (!is_digit(peek())) fail(at_, fmt::format("expected a digit, found {}", found()));
    while (is_digit(peek()))
      ++at_;
  }

  Value read_number() {
    const std::size_t start = at_;
    bool is_integer = true;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) fail(start, "a number must not start with 0");
    } else {
      skip_digits();
    }
    if (peek() == '.') {
      is_integer = false;
      ++at_;
      skip_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      is_integer = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      skip_digits();
    }
    if (is_word(peek()) || peek() == '.')
      fail(at_, fmt::format("unexpected {} after a number", found()));
    std::string number(text_.substr(start, at_ - start));
    if (!is_integer) return Decimal{std::move(number)};
    return Integer{number == "-0" ? "0" : std::move(number)}; // as Python's json reads it
  }

  std::string read_string() {
    const std::size_t start = at_++;
    std::string text;
    while (true) {
      const std::size_t plain = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      text.append(text_, plain, at_ - plain);
      if (at_ >= text_.size() || text_[at_] == '\n')
        fail(start, "the string is not closed on its line");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return text;
      }
      if (c != '\\')
        fail(at_, fmt::format("a control character in a string must be written as \\u{:04x}",
                              static_cast<unsigned>(c)));
      read_escape(text);
    }
  }

  void read_escape(std::string& text) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t start = at_++;
    const char c = peek();
    const std::size_t letter = kLetters.find(c);
    if (c != kEnd && letter != std::string_view::npos) {
      ++at_;
      text += kMeanings[letter];
      return;
    }
    if (c != 'u')
      fail(start,
           fmt::format("unknown escape \\{}",
                       text_.substr(at_, at_ < text_.size() ? decode_utf8(text_, at_).length : 0)));
    char32_t value = read_hex(start);
    if (value >= 0xD800 && value <= 0xDBFF)
      value = 0x10000 + ((value - 0xD800) << 10) + (read_low_surrogate(start) - 0xDC00);
    else if (value >= 0xDC00 && value <= 0xDFFF)
      fail(start, "half of a surrogate pair");
    if (value == 0 && !allow_nul_) fail(start, "a NUL character in a string");
    append_utf8(text, value);
  }

  /// "uXXXX" at the cursor.
  char32_t read_hex(std::size_t escape) {
    ++at_;
    char32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      if (!is_digit(lower) && (lower < 'a' || lower > 'f'))
        fail(escape, "expected four hexadecimal digits after \\u");
      value = value * 16 + static_cast<char32_t>(is_digit(lower) ? lower - '0' : lower - 'a' + 10);
    }
    return value;
  }

  char32_t read_low_surrogate(std::size_t escape) {
    if (text_.substr(at_, 2) != "\\u") fail(escape, "half of a surrogate pair");
    ++at_;
    const char32_t low = read_hex(escape);
    if (low < 0xDC00 || low > 0xDFFF) fail(escape, "half of a surrogate pair");
    return low;
  }

  const Document& document_;
  std::string_view text_;
  PositionFinder finder_;
  TreeBuilder builder_;
  std::size_t at_ = 0;
  bool is_fresh_ = false; // a list or map was just opened: no comma comes before its first value
  bool allow_nul_;
};

} // namespace

Document read_json(std::string name, std::string text, const ReadLimits& limits) {
  Document document{.name = std::move(name), .text = std::move(text), .root = {}};
  check_text(document, limits);
  document.root = JsonReader(document, limits).read();
  return document;
}

Value parse_json(std::string_view text, std::string_view name) {
  return read_json(std::string(name), std::string(text)).root;
}

} // namespace hdist
