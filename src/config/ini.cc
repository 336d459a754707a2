#include "config/ini.h"

#include "base/text.h"
#include "data/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace hdist {
namespace {

class Reader {
public:
  explicit Reader(Ini& ini) : ini_(ini) {}

  void line(std::string_view text, uint32_t number) {
    std::string_view content = trim(text);
    // Columns count characters, as everywhere in messages; what precedes the content is white
    // space.
    auto offset = static_cast<std::size_t>(content.data() - text.data());
    at_ = {number, static_cast<uint32_t>(offset + 1)};
    if (content.empty() || content.front() == '#' || content.front() == ';') return;
    if (content.front() == '<' && content.back() == '>')
      ini_.notes.push_back(fmt::format("{}:{}: ignored the line {}", ini_.document.name, number,
                                       printable(content)));
    else if (content.front() == '[')
      section(content);
    else
      entry(content);
  }

private:
  void section(std::string_view content) {
    std::string_view name =
        content.back() == ']' ? trim(content.substr(1, content.size() - 2)) : "";
    if (name.empty() || name.find_first_of("[]") != std::string_view::npos)
      throw error(at_, "expected [section] alone on its line");
    section_ = name;
    ini_.sections.push_back({section_, at_});
  }

  void entry(std::string_view content) {
    std::size_t equals = content.find('=');
    std::string_view key = trim(content.substr(0, equals));
    if (equals == std::string_view::npos || key.empty())
      throw error(at_, "expected \"key = value\", \"[section]\" or a comment that starts with '#'");
    if (section_.empty()) throw error(at_, "this key stands before the first [section]");
    std::string_view value = trim(content.substr(equals + 1));
    auto [first, is_new] = lines_.try_emplace({section_, std::string(key)}, at_.line);
    if (!is_new)
      throw error(at_, fmt::format("the key \"{}\" stands in line {} already", printable(key),
                                   first->second));
    std::size_t from =
        value.empty() ? equals + 1 : static_cast<std::size_t>(value.data() - content.data());
    ini_.entries.push_back({section_,
                            std::string(key),
                            std::string(value),
                            at_,
                            {at_.line, at_.column + characters(content.substr(0, from))}});
  }

  static uint32_t characters(std::string_view text) {
    return static_cast<uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; // the first byte of each
    }));
  }

  Error error(Position at, std::string_view message) const {
    return document_error(ini_.document, at, "", message, "config");
  }

  Ini& ini_;
  std::string section_;
  Position at_;
  std::map<std::pair<std::string, std::string>, uint32_t> lines_;
};

} // namespace

Ini read_ini(std::string name, std::string text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  Ini ini;
  ini.document = {.name = std::move(name), .text = std::move(text), .root = {}};
  std::string_view rest = ini.document.text;
  Reader reader(ini);
  for (uint32_t number = 1; !rest.empty(); ++number) {
    std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (!is_valid_utf8(line) || line.find('\0') != std::string_view::npos)
      throw document_error(ini.document, {number, 1}, "",
                           "this is no text: expected UTF-8 without NUL", "config");
    reader.line(line, number);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return ini;
}

} // namespace hdist
