#include "ops/operation.h"

namespace hdist {

Value to_value(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts)
    list.emplace_back(text);
  return Value(std::move(list));
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

} // namespace hdist
