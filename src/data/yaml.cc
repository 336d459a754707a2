// The YAML reader over libfyaml's events. Its documents are not used: version 0.7.12 looks for
// duplicate keys in more than quadratic time and expands aliases without bound. Nor is its text of
// scalars: see yaml_scalar.cc. Its events take linear time, measured over fifty hostile patterns,
// but for a line of '%' (a directive) and very long lines of brackets, which are refused before
// libfyaml sees them. The messages are collected in a diag object of ours, because the parser
// prints to stderr even with FYPCF_QUIET.
#include "data/yaml.h"

#include "data/fields.h"
#include "data/position_finder.h"
#include "data/tree_builder.h"
#include "data/yaml_scalar.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>
#include <libfyaml.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace hdist {

namespace {

struct DestroyDiag {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
struct DestroyParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct FreeEvent {
  fy_parser* parser;
  void operator()(fy_event* event) const { fy_parser_event_free(parser, event); }
};
using Diag = std::unique_ptr<fy_diag, DestroyDiag>;
using Parser = std::unique_ptr<fy_parser, DestroyParser>;
using Event = std::unique_ptr<fy_event, FreeEvent>;

/// What libfyaml's words most often mean for the person who wrote the file.
std::string_view hint_for(std::string_view message) {
  if (message == "invalid multiline plain key") return "; is the next line indented too far?";
  if (message == "invalid nested block mapping on the same line")
    return "; a text with \": \" in it must be in quotes";
  return "";
}

/// libfyaml's message without its slips and in the words of our documentation.
std::string in_our_words(std::string message) {
  using Words = std::pair<std::string_view, std::string_view>;
  static constexpr Words kWords[] = {
      {"indendation", "indentation"},
      {"seperator", "separator"},
      {"wrong indentation in sequence while in mapping",
       "this item is indented otherwise than the list that it belongs to"},
      {"invalid tab as indentation in a mapping", "a tab as indentation; use spaces"},
      {"tab character may not be used as indentation", "a tab as indentation; use spaces"},
      {"invalid tab used as indentation", "a tab as indentation; use spaces"},
      {"cannot use tab for indentation of block entry", "a tab as indentation; use spaces"},
      {"did not find expected", "expected here:"},
      {"could not find expected ':'", "expected ':' after this key"},
      {"missing comma in flow mapping", "a ',' is missing in this map"},
      {"missing comma in flow sequence", "a ',' is missing in this list"},
      {"flow mapping", "map in braces"},
      {"flow sequence", "list in brackets"},
      {"flow mode", "braces or brackets"},
      {"block mapping", "map"},
      {"block sequence", "list"},
      {"mapping", "map"},
      {"sequence", "list"},
      {"plain", "unquoted"},
      {"scalar", "text"},
  };
  for (const auto& [theirs, ours] : kWords)
    message = replace_all(std::move(message), theirs, ours);
  return message;
}

void discard(fy_diag*, void*, const char*, std::size_t) {}

Diag make_diag() {
  fy_diag_cfg config{};
  config.output_fn = discard;
  config.level = FYET_ERROR;
  config.module_mask = ~0u;
  Diag diag(fy_diag_create(&config));
  if (diag) fy_diag_set_collect_errors(diag.get(), true);
  return diag;
}

/// libfyaml looks ahead to the end of the line before it gives the first event of one, in more than
/// linear time.
constexpr std::size_t kLongestLine = std::size_t{1} << 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Numbers are what JSON calls a number; 007, +1, 0x1f, 1_000, .5 and 1:30 are strings.
std::optional<Value> as_number(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('-')) rest.remove_prefix(1);
  const std::string_view whole = take_digits(rest);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  if (rest.empty()) return Integer{whole == "0" ? "0" : std::string(text)};
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (take_digits(rest).empty()) return std::nullopt;
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
    if (take_digits(rest).empty()) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return Decimal{std::string(text)};
}

Value plain_scalar(std::string_view text) {
  if (text.empty() || text == "~" || text == "null") return {};
  if (text == "true" || text == "false") return text == "true";
  if (std::optional<Value> number = as_number(text)) return *std::move(number);
  return text;
}

class YamlReader {
public:
  YamlReader(const Document& document, const ReadLimits& limits)
      : document_(document), text_(document.text), finder_(text_), builder_(document, limits),
        allow_nul_(limits.allow_nul), diag_(make_diag()) {
    fy_parse_cfg config{};
    config.flags =
        static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
    config.diag = diag_.get();
    if (diag_) parser_.reset(fy_parser_create(&config));
    if (!parser_ || fy_parser_set_string(parser_.get(), text_.data(), text_.size()) != 0)
      throw Error(ErrorKind::failed, "document.parser",
                  "libfyaml cannot make a parser; is memory short?");
  }

  Value read() {
    while (const Event event{fy_parser_parse(parser_.get()), FreeEvent{parser_.get()}})
      take(*event);
    if (fy_diag_got_error(diag_.get()) || fy_parser_get_stream_error(parser_.get()))
      fail_with_diag();
    return builder_.take();
  }

private:
  [[noreturn]] void fail(std::size_t offset, std::string_view message,
                         std::string_view code = "syntax") {
    throw document_error(document_, finder_.at(offset), "", message, code);
  }

  /// The first message of libfyaml, as one of ours.
  [[noreturn]] void fail_with_diag() {
    void* iterator = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diag_.get(), &iterator);
    if (error == nullptr || error->msg == nullptr || error->line < 1)
      fail(last_offset_, "invalid YAML from about here on");
    std::string message = in_our_words(error->msg);
    message += hint_for(error->msg);
    Position at{.line = static_cast<uint32_t>(error->line),
                .column = static_cast<uint32_t>(std::max(error->column, 1))};
    const Position end = finder_.at(text_.size());
    if (at >= end && builder_.depth() > 0) { // a bracket that is never closed, most often
      const Position open = builder_.open_position();
      message += fmt::format("; the innermost list or map starts in line {}, column {}", open.line,
                             open.column);
    }
    throw document_error(document_, std::min(at, end), "", message, "syntax");
  }

  void take(const fy_event& event) {
    switch (event.type) {
    case FYET_DOCUMENT_START:
      if (has_document_)
        fail(offset_of(event.document_start.document_start),
             "a second document; one file holds one document");
      has_document_ = true;
      break;
    case FYET_MAPPING_START:
      refuse_properties(event.mapping_start.anchor, event.mapping_start.tag);
      open(event.mapping_start.mapping_start, true);
      break;
    case FYET_SEQUENCE_START:
      refuse_properties(event.sequence_start.anchor, event.sequence_start.tag);
      open(event.sequence_start.sequence_start, false);
      break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
      builder_.close();
      break;
    case FYET_SCALAR:
      refuse_properties(event.scalar.anchor, event.scalar.tag);
      take_scalar(event.scalar.value);
      break;
    case FYET_ALIAS:
      fail(offset_of(event.alias.anchor) - 1, "aliases are not accepted; write the value again",
           "alias");
    default:
      break;
    }
  }

  /// Where the token starts; where the last one did when libfyaml has no mark for it.
  std::size_t offset_of(fy_token* token) {
    const fy_mark* mark = token != nullptr ? fy_token_start_mark(token) : nullptr;
    if (mark != nullptr) last_offset_ = std::min(mark->input_pos, text_.size());
    return last_offset_;
  }

  void refuse_properties(fy_token* anchor, fy_token* tag) {
    if (anchor != nullptr) fail(offset_of(anchor) - 1, "anchors are not accepted", "alias");
    if (tag != nullptr) fail(offset_of(tag), "tags are not accepted", "tag");
  }

  void open(fy_token* token, bool is_map) {
    const std::size_t offset = offset_of(token);
    if (builder_.wants_key()) fail(offset, "a key must be a string, not a list or map");
    refuse_tab_indentation(offset);
    if (is_map)
      builder_.open_map(finder_.at(offset));
    else
      builder_.open_list(finder_.at(offset));
  }

  /// libfyaml lets some through (in flow lists, for one).
  void refuse_tab_indentation(std::size_t offset) {
    std::size_t start = offset;
    bool has_tab = false;
    for (; start > 0 && (text_[start - 1] == ' ' || text_[start - 1] == '\t'); --start)
      has_tab = has_tab || text_[start - 1] == '\t';
    if (has_tab && (start == 0 || text_[start - 1] == '\n'))
      fail(text_.find('\t', start), "a tab as indentation; use spaces");
  }

  void take_scalar(fy_token* token) {
    const fy_scalar_style style = token != nullptr ? fy_token_scalar_style(token) : FYSS_PLAIN;
    std::size_t offset = offset_of(token);
    std::string text;
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
      --offset; // libfyaml's mark is behind the quote
      text = read_quoted_scalar(document_, offset, allow_nul_);
    } else if (style == FYSS_LITERAL || style == FYSS_FOLDED) {
      offset = block_header(offset, style == FYSS_LITERAL ? '|' : '>');
      text = read_block(token, offset);
    } else if (token != nullptr) {
      text = read_plain_scalar(text_, offset, std::max(offset, end_of(token)));
    }
    end_of_last_ = end_of(token);
    refuse_tab_indentation(offset);
    if (builder_.wants_key())
      take_key(std::move(text), style == FYSS_PLAIN, offset);
    else
      builder_.scalar(style == FYSS_PLAIN ? plain_scalar(text) : Value(std::move(text)),
                      finder_.at(offset));
  }

  std::size_t end_of(fy_token* token) const {
    const fy_mark* mark = token != nullptr ? fy_token_end_mark(token) : nullptr;
    return mark != nullptr ? std::min(mark->input_pos, text_.size()) : end_of_last_;
  }

  /// Where the indicator of a block scalar stands: libfyaml's mark is the start of the next line.
  std::size_t block_header(std::size_t content, char indicator) {
    const std::size_t line_end = content > 0 && text_[content - 1] == '\n' ? content - 1 : content;
    const std::size_t newline =
        line_end == 0 ? std::string_view::npos : text_.rfind('\n', line_end - 1);
    const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::size_t found = text_.find(indicator, std::max(line_start, end_of_last_));
    if (found >= line_end)
      fail(line_start, "this block of text cannot be read for certain; write it in another form");
    return found;
  }

  std::string read_block(fy_token* token, std::size_t header) {
    const std::size_t parent_indent =
        builder_.depth() > 0 ? builder_.open_position().column - 1 : 0;
    BlockScalar block = read_block_scalar(text_, header, parent_indent);
    // Two readers must agree on where the block ends, or a part of the file would be read twice or
    // not at all.
    const std::size_t first = std::min(block.end, end_of(token));
    const std::size_t last = std::max(block.end, end_of(token));
    if (text_.substr(first, last - first).find_first_not_of(" \t\r\n") != std::string_view::npos)
      fail(header, "this block of text cannot be read for certain; is its indentation right?");
    return std::move(block.text);
  }

  void take_key(std::string text, bool is_plain, std::size_t offset) {
    if (is_plain && text == "<<") fail(offset, "merges (<<) are not accepted", "alias");
    if (is_plain && text.empty()) fail(offset, "a key is missing before ':'");
    builder_.key(std::move(text), finder_.at(offset));
  }

  const Document& document_;
  std::string_view text_;
  PositionFinder finder_;
  TreeBuilder builder_;
  bool allow_nul_;
  bool has_document_ = false;
  std::size_t last_offset_ = 0;
  std::size_t end_of_last_ = 0; // scalar
  Diag diag_;                   // outlives the parser
  Parser parser_;
};

/// What no YAML file of ours holds and libfyaml lets through, or is slow with.
void refuse_odd_text(const Document& document) {
  const std::string_view text = document.text;
  const auto refuse = [&](std::size_t offset, std::string_view message) {
    throw document_error(document, PositionFinder(text).at(offset), "", message, "syntax");
  };
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n')
      line_start = at + 1;
    else if (at - line_start == kLongestLine)
      refuse(at, "a line of more than 1 MiB");
    const bool is_control = (c >= 0 && c < 0x20) || c == 0x7F;
    if (c == '\r' && (at + 1 == text.size() || text[at + 1] != '\n'))
      refuse(at, "a carriage return without a line feed");
    if (is_control && c != '\n' && c != '\t' && c != '\r')
      refuse(at, fmt::format("a control character, \\x{:02x}", static_cast<unsigned>(c)));
    if (c == '%' && (at == 0 || text[at - 1] == '\n'))
      refuse(at, "a line that starts with '%' (a directive) is not accepted");
  }
}

} // namespace

Document read_yaml(std::string name, std::string text, const ReadLimits& limits) {
  Document document{.name = std::move(name), .text = std::move(text), .root = {}};
  check_text(document, limits);
  refuse_odd_text(document);
  document.root = YamlReader(document, limits).read();
  return document;
}

} // namespace hdist
