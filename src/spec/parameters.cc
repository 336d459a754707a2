#include "spec/parameters.h"

#include "base/text.h"

#include <fmt/format.h>

#include <vector>

namespace hdist {

namespace {

class Replacer {
public:
  Replacer(const Document& document, const Parameters& parameters)
      : document_(document), parameters_(parameters) {}

  Value replace(const Value& value, const std::string& path) const {
    Value result = value;
    if (const std::string* text = value.if_string()) {
      result = replace_text(*text, value.position(), path);
    } else if (const Value::List* list = value.if_list()) {
      result = replace_list(*list, path);
    } else if (Value::Map* map = result.if_map()) {
      for (auto& [key, member] : *map)
        member = replace(member, path.empty() ? key : fmt::format("{}.{}", path, key));
    }
    result.set_position(value.position());
    result.set_key_position(value.key_position());
    return result;
  }

private:
  Value replace_list(const Value::List& list, const std::string& path) const {
    Value::List result;
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value item = replace(list[i], fmt::format("{}[{}]", path, i));
      bool spliced = item.if_list() != nullptr && list[i].if_string() != nullptr;
      if (!spliced) {
        result.push_back(std::move(item));
        continue;
      }
      for (Value& part : *item.if_list()) {
        part.set_position(list[i].position());
        result.push_back(std::move(part));
      }
    }
    return Value(std::move(result));
  }

  Value replace_text(const std::string& text, Position at, const std::string& path) const {
    std::string result;
    std::size_t from = 0;
    for (;;) {
      std::size_t open = text.find("{{", from);
      if (open == std::string::npos) return Value(result + text.substr(from));
      std::size_t close = text.find("}}", open);
      if (close == std::string::npos)
        throw document_error(document_, at, path, "'{{' without '}}'", "parameter");
      const Value& value = lookup(
          std::string(trim(std::string_view(text).substr(open + 2, close - open - 2))), at, path);
      bool whole = open == 0 && close + 2 == text.size();
      if (whole) return value;
      result += text.substr(from, open - from) + as_text(value, at, path);
      from = close + 2;
    }
  }

  const Value& lookup(const std::string& name, Position at, const std::string& path) const {
    auto found = parameters_.find(name);
    if (found != parameters_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [known, unused] : parameters_)
      names.push_back(known);
    std::optional<std::string> meant = nearest(name, names);
    throw document_error(document_, at, path,
                         fmt::format("no parameter is called '{}'{}", name,
                                     meant ? fmt::format("; is '{}' meant?", *meant)
                                           : fmt::format(" (there are {})", join(names, ", "))),
                         "parameter");
  }

  std::string as_text(const Value& value, Position at, const std::string& path) const {
    if (const std::string* text = value.if_string()) return *text;
    if (const Integer* integer = value.if_integer()) return integer->text;
    if (const Decimal* decimal = value.if_decimal()) return decimal->text;
    if (const bool* flag = value.if_bool()) return *flag ? "true" : "false";
    throw document_error(document_, at, path,
                         fmt::format("{} cannot stand inside a text", type_with_article(value)),
                         "parameter");
  }

  const Document& document_;
  const Parameters& parameters_;
};

} // namespace

Value replace_parameters(const Document& document, const Value& value, const Parameters& parameters,
                         const std::string& path) {
  return Replacer(document, parameters).replace(value, path);
}

} // namespace hdist
