// Why not libfyaml's own text of a scalar: version 0.7.12 loses a line end between a line and an
// indented one in a folded block ("one\n\n  two" becomes "one\n  two" and a NUL), miscounts an
// empty block (a NUL), and drops the last characters of a double-quoted scalar with an escaped line
// end and an empty line. What is read here is hashed, so it follows YAML 1.2.2, sections 7.3
// and 8.1, and nothing else.
#include "data/yaml_scalar.h"

#include "data/fields.h"
#include "data/position_finder.h"
#include "data/utf8.h"

#include <algorithm>
#include <optional>

namespace hdist {

namespace {

bool is_white(char c) {
  return c == ' ' || c == '\t';
}

/// The line at `start`, without its line end; the offset behind that goes to `next`.
std::string_view line_at(std::string_view text, std::size_t start, std::size_t& next) {
  const std::size_t newline = std::min(text.find('\n', start), text.size());
  next = std::min(newline + 1, text.size());
  std::string_view line = text.substr(start, newline - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

class QuotedReader {
public:
  QuotedReader(const Document& document, std::size_t start, bool allow_nul)
      : document_(document), text_(document.text), at_(start + 1), quote_(text_[start]),
        allow_nul_(allow_nul) {}

  std::string read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote_ && !take_doubled_quote()) break;
      if (c == quote_) continue;
      if (is_white(c)) {
        ++at_;
        white_ += c;
      } else if (c == '\n' || c == '\r') {
        white_.clear();
        const std::size_t empty = skip_line_ends();
        out_.append(empty == 0 ? 1 : empty, empty == 0 ? ' ' : '\n');
      } else {
        take_white();
        take_ink(c);
      }
    }
    take_white();
    return std::move(out_);
  }

private:
  [[noreturn]] void fail(std::size_t offset, std::string_view message) {
    throw document_error(document_, PositionFinder(text_).at(offset), "", message, "syntax");
  }

  /// White space counts only when no line end follows.
  void take_white() {
    out_ += white_;
    white_.clear();
  }

  bool take_doubled_quote() {
    if (quote_ != '\'' || text_.substr(at_, 2) != "''") return false;
    take_white();
    out_ += '\'';
    at_ += 2;
    return true;
  }

  void take_ink(char c) {
    if (c == '\\' && quote_ == '"') {
      take_escape();
      return;
    }
    out_ += c;
    ++at_;
  }

  /// At a line end: skips it, all empty lines, and the white space before the next character; the
  /// number of empty lines.
  std::size_t skip_line_ends() {
    std::size_t ends = 0;
    for (; at_ < text_.size() && (is_white(text_[at_]) || text_[at_] == '\r' || text_[at_] == '\n');
         ++at_)
      ends += text_[at_] == '\n' ? 1 : 0;
    return ends > 0 ? ends - 1 : 0;
  }

  void take_escape() {
    static constexpr std::string_view kLetters = "0abt\tnvfre \"/\\N_LP";
    static constexpr char32_t kMeanings[] = {0,    '\a', '\b', '\t', '\t',   '\n',
                                             '\v', '\f', '\r', 0x1B, ' ',    '"',
                                             '/',  '\\', 0x85, 0xA0, 0x2028, 0x2029};
    const std::size_t start = at_++;
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (c == '\r' || c == '\n') { // an escaped line end
      --at_;
      out_.append(skip_line_ends(), '\n');
      return;
    }
    const std::size_t letter = kLetters.find(c);
    char32_t value = 0;
    if (c == 'x' || c == 'u' || c == 'U')
      value = take_code(start, c);
    else if (letter != std::string_view::npos)
      value = kMeanings[letter];
    else
      fail(start, "unknown escape in a double-quoted string");
    if (value == 0 && !allow_nul_) fail(start, "a NUL character in a string");
    append_utf8(out_, value);
  }

  char32_t take_code(std::size_t start, char kind) {
    char32_t value = take_hex(start, kind == 'x' ? 2 : (kind == 'u' ? 4 : 8));
    if (value >= 0xD800 && value <= 0xDBFF && text_.substr(at_, 2) == "\\u") { // a pair, as in JSON
      at_ += 2;
      const char32_t low = take_hex(start, 4);
      const bool is_low = low >= 0xDC00 && low <= 0xDFFF;
      value = is_low ? 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00) : value;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
      fail(start, "this escape is no Unicode character");
    return value;
  }

  char32_t take_hex(std::size_t start, int digits) {
    static constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    char32_t value = 0;
    for (; digits > 0; --digits, ++at_) {
      const std::size_t digit =
          at_ < text_.size() ? kDigits.find(text_[at_]) : std::string_view::npos;
      if (digit == std::string_view::npos)
        fail(start, "a hexadecimal digit is missing in this escape");
      value = value * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
    }
    return value;
  }

  const Document& document_;
  std::string_view text_;
  std::size_t at_;
  char quote_;
  bool allow_nul_;
  std::string out_;
  std::string white_; // seen, and not yet known to count
};

enum class Chomping { clip, strip, keep };

/// What stands behind '|' or '>': "-", "2", "+2", ...
struct BlockHeader {
  bool is_folded = false;
  Chomping chomping = Chomping::clip;
  std::size_t indent = 0; // 0: found from the first line
};

BlockHeader read_header(std::string_view text, std::size_t at) {
  BlockHeader header{.is_folded = text[at] == '>'};
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '-')
      header.chomping = Chomping::strip;
    else if (c == '+')
      header.chomping = Chomping::keep;
    else if (c >= '1' && c <= '9')
      header.indent = static_cast<std::size_t>(c - '0');
    else
      break;
  }
  return header;
}

/// The indentation of the first line that is not blank; nullopt when that line is no part of the
/// block.
std::optional<std::size_t> find_indent(std::string_view text, std::size_t start,
                                       std::size_t parent_indent) {
  while (start < text.size()) {
    const std::string_view line = line_at(text, start, start);
    const std::size_t indent = indent_of(line);
    if (indent < line.size()) return indent > parent_indent ? std::optional(indent) : std::nullopt;
  }
  return std::nullopt;
}

/// Joins the lines of a block.
class BlockText {
public:
  explicit BlockText(const BlockHeader& header) : header_(header) {}

  void add_empty() { ++empty_; }

  void add(std::string_view line) {
    const bool is_spaced = is_white(line.front()); // such lines are never folded
    if (!has_line_)
      out_.append(empty_, '\n');
    else if (!header_.is_folded || is_spaced || was_spaced_)
      out_.append(empty_ + 1, '\n');
    else
      out_.append(empty_ == 0 ? 1 : empty_, empty_ == 0 ? ' ' : '\n');
    out_ += line;
    empty_ = 0;
    has_line_ = true;
    was_spaced_ = is_spaced;
  }

  std::string finish() {
    if (has_line_ && header_.chomping != Chomping::strip) out_ += '\n';
    if (header_.chomping == Chomping::keep) out_.append(empty_, '\n');
    return std::move(out_);
  }

private:
  BlockHeader header_;
  std::string out_;
  std::size_t empty_ = 0; // empty lines since the last other one
  bool has_line_ = false;
  bool was_spaced_ = false;
};

} // namespace

std::string read_quoted_scalar(const Document& document, std::size_t start, bool allow_nul) {
  return QuotedReader(document, start, allow_nul).read();
}

std::string read_plain_scalar(std::string_view text, std::size_t start, std::size_t end) {
  std::string_view rest = text.substr(start, end - start);
  std::string out;
  while (true) {
    const std::size_t newline = std::min(rest.find('\n'), rest.size());
    const std::size_t last = rest.substr(0, newline).find_last_not_of(" \t\r");
    out += rest.substr(0, last == std::string_view::npos ? 0 : last + 1);
    rest.remove_prefix(newline);
    const std::size_t next = rest.find_first_not_of(" \t\r\n");
    if (next == std::string_view::npos) return out;
    const auto ends = static_cast<std::size_t>(
        std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(next), '\n'));
    out.append(std::max<std::size_t>(ends - 1, 1), ends == 1 ? ' ' : '\n');
    rest.remove_prefix(next);
  }
}

BlockScalar read_block_scalar(std::string_view text, std::size_t header,
                              std::size_t parent_indent) {
  const BlockHeader how = read_header(text, header);
  std::size_t start = 0;
  line_at(text, header, start);
  std::optional<std::size_t> indent = find_indent(text, start, parent_indent);
  if (how.indent != 0) indent = parent_indent + how.indent;
  BlockText block(how);
  while (start < text.size()) {
    std::size_t next = 0;
    const std::string_view line = line_at(text, start, next);
    const std::size_t spaces = indent_of(line);
    if (spaces < line.size() && (!indent || spaces < *indent))
      break; // the next key or item, or a comment
    if (indent && line.size() > *indent)
      block.add(line.substr(*indent));
    else if (text[next - 1] == '\n')
      block.add_empty();
    start = next;
  }
  return {.text = block.finish(), .end = start};
}

} // namespace hdist
