// The JSON writers. canonical_json() is what is hashed: its bytes are pinned by
// tests/golden/hasher.json for ever.
#include "data/json.h"
#include "data/utf8.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kLongestQuote = 100;

enum class Style { canonical, pretty, compact };

/// Where the writer is; a chain on the stack, read only to make a message.
struct Crumb {
  const Crumb* above = nullptr;
  const std::string* key = nullptr; // of a member; for an item nullptr and its index
  std::size_t index = 0;
};

std::string path_to(const Crumb* crumb) {
  std::string path;
  for (; crumb != nullptr && crumb->above != nullptr; crumb = crumb->above) {
    const std::string step =
        crumb->key != nullptr ? "." + *crumb->key : fmt::format("[{}]", crumb->index);
    path.insert(0, step);
  }
  if (path.starts_with('.')) path.erase(0, 1);
  return path.empty() ? path : printable(path) + ": ";
}

class JsonWriter {
public:
  explicit JsonWriter(Style style) : style_(style) {}

  void write(const Value& value, const Crumb& crumb, int depth) {
    if (const std::string* text = value.if_string())
      write_string(*text, crumb);
    else if (const Integer* integer = value.if_integer())
      out_ += integer->text;
    else if (const Decimal* decimal = value.if_decimal())
      write_decimal(*decimal, value.position(), crumb);
    else if (const bool* flag = value.if_bool())
      out_ += *flag ? "true" : "false";
    else if (const Value::List* list = value.if_list())
      write_list(*list, crumb, depth);
    else if (const Value::Map* map = value.if_map())
      write_map(*map, crumb, depth);
    else
      out_ += "null";
  }

  std::string take() { return std::move(out_); }

private:
  void write_decimal(const Decimal& decimal, Position at, const Crumb& crumb) {
    if (style_ != Style::canonical) {
      out_ += decimal.text;
      return;
    }
    const std::string line =
        at.line == 0 ? "" : fmt::format(" (line {}, column {})", at.line, at.column);
    throw Error(ErrorKind::usage, "document.decimal",
                fmt::format("{}the number {}{} has a point or an exponent and cannot be hashed; "
                            "write it as a string, in quotes",
                            path_to(&crumb), decimal.text.substr(0, kLongestQuote), line));
  }

  void write_list(const Value::List& list, const Crumb& crumb, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      start_item(i == 0, depth + 1);
      write(list[i], {.above = &crumb, .key = nullptr, .index = i}, depth + 1);
    }
    end_items(list.empty(), depth);
    out_ += ']';
  }

  void write_map(const Value::Map& map, const Crumb& crumb, int depth) {
    out_ += '{';
    if (style_ == Style::canonical) {
      write_sorted(map, crumb, depth);
    } else {
      for (const Value::Member& member : map)
        write_member(member, &member == &map.front(), crumb, depth);
    }
    end_items(map.empty(), depth);
    out_ += '}';
  }

  /// By code point, which for UTF-8 is the order of the bytes.
  void write_sorted(const Value::Map& map, const Crumb& crumb, int depth) {
    std::vector<const Value::Member*> members;
    members.reserve(map.size());
    for (const Value::Member& member : map)
      members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Value::Member* a, const Value::Member* b) { return a->first < b->first; });
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0 && members[i]->first == members[i - 1]->first)
        throw Error(
            ErrorKind::usage, "document.duplicate-key",
            fmt::format("{}duplicate key \"{}\"", path_to(&crumb), printable(members[i]->first)));
      write_member(*members[i], i == 0, crumb, depth);
    }
  }

  void write_member(const Value::Member& member, bool is_first, const Crumb& crumb, int depth) {
    start_item(is_first, depth + 1);
    const Crumb here{.above = &crumb, .key = &member.first};
    write_string(member.first, here);
    out_ += style_ == Style::pretty ? ": " : ":";
    write(member.second, here, depth + 1);
  }

  void start_item(bool is_first, int depth) {
    if (!is_first) out_ += ',';
    if (style_ == Style::pretty) new_line(depth);
  }

  void end_items(bool is_empty, int depth) {
    if (style_ == Style::pretty && !is_empty) new_line(depth);
  }

  void new_line(int depth) {
    out_ += '\n';
    out_.append(2 * static_cast<std::size_t>(depth), ' ');
  }

  void write_string(const std::string& text, const Crumb& crumb) {
    out_ += '"';
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t plain = at;
      while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F && text[at] != '"' &&
             text[at] != '\\')
        ++at;
      out_.append(text, plain, at - plain);
      if (at < text.size()) at += write_special(text, at, crumb);
    }
    out_ += '"';
  }

  /// A character that is not plain printable ASCII; the number of bytes it takes.
  std::size_t write_special(const std::string& text, std::size_t at, const Crumb& crumb) {
    const CodePoint point = decode_utf8(text, at);
    if (point.length == 0)
      throw Error(ErrorKind::usage, "document.encoding",
                  fmt::format("{}a string is not valid UTF-8 and cannot be written as JSON: \"{}\"",
                              path_to(&crumb),
                              printable(std::string_view(text).substr(0, kLongestQuote))));
    if (point.value < 0x80)
      write_escape(text[at]);
    else if (style_ != Style::canonical)
      out_.append(text, at, point.length);
    else if (point.value < 0x10000)
      write_unicode(point.value);
    else {
      write_unicode(0xD800 + ((point.value - 0x10000) >> 10));
      write_unicode(0xDC00 + ((point.value - 0x10000) & 0x3FF));
    }
    return point.length;
  }

  void write_escape(char c) {
    static constexpr std::string_view kCharacters = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kLetters = "\"\\bfnrt";
    const std::size_t letter = kCharacters.find(c);
    if (letter == std::string_view::npos) {
      write_unicode(static_cast<unsigned char>(c));
      return;
    }
    out_ += '\\';
    out_ += kLetters[letter];
  }

  void write_unicode(char32_t unit) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    out_ += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
      out_ += kDigits[(unit >> shift) & 0xFu];
  }

  Style style_;
  std::string out_;
};

std::string written(const Value& value, Style style) {
  JsonWriter writer(style);
  writer.write(value, Crumb{}, 0);
  return writer.take();
}

} // namespace

std::string canonical_json(const Value& value) {
  return written(value, Style::canonical);
}

std::string pretty_json(const Value& value) {
  return written(value, Style::pretty) + "\n";
}

std::string compact_json(const Value& value) {
  return written(value, Style::compact);
}

} // namespace hdist
