#include "data/toml.h"

#include "base/error.h"
#include "data/fields.h"

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <utility>

namespace hdist {

namespace {

Position position_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

class Converter {
public:
  explicit Converter(const Document& document) : document_(document) {}

  Value value(const toml::node& node) const {
    Value result = plain_value(node);
    result.set_position(position_of(node.source()));
    return result;
  }

private:
  Value plain_value(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* array = node.as_array()) {
      Value::List list;
      for (const toml::node& item : *array)
        list.push_back(value(item));
      return list;
    }
    const auto* table = node.as_table();
    if (table == nullptr)
      throw document_error(document_, position_of(node.source()), "",
                           "expected a string, an integer, true or false, a list or a table");
    Value map = Value::map();
    for (const auto& [key, item] : *table) {
      Value member = value(item);
      member.set_key_position(position_of(key.source()));
      map.set(std::string(key.str()), std::move(member));
    }
    return map;
  }

  const Document& document_;
};

} // namespace

Document read_toml(std::string name, std::string text) {
  constexpr std::size_t kMostBytes = 1U << 20U;
  Document document{.name = std::move(name), .text = std::move(text), .root = {}};
  if (document.text.size() > kMostBytes)
    throw Error(ErrorKind::usage, "document.too-large", document.name + " is larger than 1 MiB");
  try {
    toml::table table = toml::parse(std::string_view(document.text));
    document.root = Converter(document).value(table);
  } catch (const toml::parse_error& error) {
    throw document_error(document, position_of(error.source()), "", error.description());
  }
  return document;
}

} // namespace hdist
