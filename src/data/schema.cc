// Small on purpose: our own schemas are the only ones it meets, and a keyword that it does not know
// is an error, so that no schema says more than is checked. Patterns are ECMAScript's; only short
// texts are matched against them, because std::regex recurses.
#include "data/schema.h"

#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "data/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace hdist {

namespace {

constexpr std::size_t kMostProblems = 50;
constexpr std::size_t kLongestMatched = 1000;
constexpr std::size_t kLongestShown = 60;
constexpr int kDeepest = 400; // of values (JSON: 200) and references together

std::string type_text(const Value& value) {
  if (value.if_map() != nullptr) return "object";
  if (value.if_list() != nullptr) return "array";
  if (value.if_decimal() != nullptr) return "number";
  return value.type_name();
}

/// In the words of the readers, which have maps and lists.
std::string with_article(const std::string& type) {
  if (type == "null") return type;
  if (type == "object") return "a map";
  if (type == "array") return "a list";
  return (type == "integer" ? "an " : "a ") + type;
}

bool is_of_type(const Value& value, const std::string& type) {
  std::string found = type_text(value);
  return found == type || (type == "number" && found == "integer");
}

std::string shown(const Value& value) {
  std::string text = printable(compact_json(value));
  return text.size() <= kLongestShown ? text : text.substr(0, kLongestShown) + "...";
}

int64_t number_of(const Value& value) {
  const Integer* integer = value.if_integer();
  return integer == nullptr ? 0 : integer->as_int64().value_or(0);
}

std::size_t length_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_utf8_continuation(c); }));
}

[[noreturn]] void bad_schema(const std::string& message) {
  throw Error(ErrorKind::failed, "schema.unknown", message);
}

/// What a keyword is given: where the value stands, and where to report.
struct Place {
  const Value& value;
  std::string path;
  int depth = 0;
};

class SchemaCheck {
public:
  SchemaCheck(const Value& schema, std::vector<SchemaProblem>& problems)
      : root_(schema), problems_(problems) {}

  void check(const Value& schema, const Place& at) {
    if (problems_.size() >= kMostProblems) return;
    if (at.depth > kDeepest) bad_schema("a schema that refers to itself without end");
    if (const bool* allowed = schema.if_bool()) {
      if (!*allowed) problem(at, "nothing may stand here");
      return;
    }
    if (schema.if_map() == nullptr) bad_schema("a schema is an object, true or false");
    for (const auto& [keyword, argument] : *schema.if_map())
      if (!apply(keyword, argument, schema, at)) break;
  }

  const Value& at_reference(std::string_view reference) const {
    if (!reference.starts_with('#')) bad_schema(fmt::format("a reference to {}", reference));
    const Value* found = &root_;
    for (const std::string& step : split(reference.substr(1), '/')) {
      if (step.empty()) continue;
      found = found->find(step);
      if (found == nullptr) bad_schema(fmt::format("a reference to {}", reference));
    }
    return *found;
  }

private:
  void problem(const Place& at, std::string message) {
    if (problems_.size() < kMostProblems)
      problems_.push_back({at.path, at.value.position(), std::move(message)});
  }

  bool is_fine(const Value& schema, const Place& at) const {
    std::vector<SchemaProblem> found;
    SchemaCheck(root_, found).check(schema, at);
    return found.empty();
  }

  /// False: what else the schema says makes no sense for this value.
  bool apply(const std::string& keyword, const Value& argument, const Value& schema,
             const Place& at) {
    static const std::vector<std::string> words{"$schema",     "$id",      "$defs", "title",
                                                "description", "$comment", "then",  "else"};
    if (std::find(words.begin(), words.end(), keyword) != words.end()) return true;
    if (keyword == "type") return check_type(argument, at);
    if (keyword == "$ref")
      check(at_reference(*argument.if_string()), {at.value, at.path, at.depth + 1});
    else if (keyword == "enum" || keyword == "const")
      check_choice(keyword, argument, at);
    else if (keyword == "anyOf")
      check_any(argument, schema, at);
    else if (keyword == "if")
      check_condition(argument, schema, at);
    else if (!apply_to_object(keyword, argument, schema, at) &&
             !apply_to_array(keyword, argument, schema, at) &&
             !apply_to_scalar(keyword, argument, schema, at))
      bad_schema(fmt::format("the keyword {} is not known", keyword));
    return true;
  }

  bool check_type(const Value& types, const Place& at) {
    Value::List list = types.if_list() != nullptr ? *types.if_list() : Value::List{types};
    std::vector<std::string> names;
    for (const Value& type : list) {
      if (is_of_type(at.value, *type.if_string())) return true;
      names.push_back(with_article(*type.if_string()));
    }
    problem(at, fmt::format("expected {}, found {}", join(names, " or "),
                            with_article(type_text(at.value))));
    return false;
  }

  void check_choice(const std::string& keyword, const Value& argument, const Place& at) {
    Value::List choices = keyword == "const" ? Value::List{argument} : *argument.if_list();
    if (std::find(choices.begin(), choices.end(), at.value) != choices.end()) return;
    std::vector<std::string> texts;
    for (const Value& choice : choices)
      texts.push_back(compact_json(choice));
    problem(at, fmt::format("expected {}, found {}", join(texts, " or "), shown(at.value)));
  }

  /// Of the alternatives of this type the one that is nearly right says what is wrong.
  void check_any(const Value& alternatives, const Value& schema, const Place& at) {
    std::vector<SchemaProblem> least;
    for (const Value& alternative : *alternatives.if_list()) {
      std::vector<SchemaProblem> found;
      SchemaCheck(root_, found).check(alternative, at);
      if (found.empty()) return;
      if (is_of_its_type(alternative, at.value) && (least.empty() || found.size() < least.size()))
        least = std::move(found);
    }
    if (least.empty()) {
      problem(at, fmt::format("expected {}, found {}", title_of(schema), shown(at.value)));
      return;
    }
    for (SchemaProblem& one : least)
      if (problems_.size() < kMostProblems) problems_.push_back(std::move(one));
  }

  /// Says its type, and the value is of it: then what is wrong is inside.
  bool is_of_its_type(const Value& alternative, const Value& value) const {
    const Value* reference = alternative.find("$ref");
    const Value& schema =
        reference != nullptr ? at_reference(*reference->if_string()) : alternative;
    bool is_compound = value.if_map() != nullptr || value.if_list() != nullptr;
    const Value* type = schema.find("type");
    return is_compound && type != nullptr && type->if_string() != nullptr &&
           is_of_type(value, *type->if_string());
  }

  static std::string title_of(const Value& schema) {
    const Value* title = schema.find("title");
    return title != nullptr ? *title->if_string() : "something else";
  }

  void check_condition(const Value& condition, const Value& schema, const Place& at) {
    const Value* consequence = schema.find(is_fine(condition, at) ? "then" : "else");
    if (consequence != nullptr) check(*consequence, {at.value, at.path, at.depth + 1});
  }

  bool apply_to_object(const std::string& keyword, const Value& argument, const Value& schema,
                       const Place& at) {
    const Value::Map* members = at.value.if_map();
    if (keyword == "required") {
      for (const Value& name : *argument.if_list())
        if (members != nullptr && at.value.find(*name.if_string()) == nullptr)
          problem(at, fmt::format("the field \"{}\" is missing", *name.if_string()));
      return true;
    }
    if (keyword == "properties") {
      for (const auto& [name, member_schema] : *argument.if_map())
        if (const Value* member = at.value.find(name))
          check(member_schema, inside(at, *member, name));
      return true;
    }
    if (keyword == "patternProperties" || keyword == "additionalProperties") {
      if (members == nullptr) return true;
      for (const auto& [name, member] : *members)
        check_member(keyword, argument, schema, {member, name, at.depth}, at);
      return true;
    }
    return false;
  }

  /// `member.path` is its name alone.
  void check_member(const std::string& keyword, const Value& argument, const Value& schema,
                    const Place& member, const Place& at) {
    const Value* patterns =
        keyword == "patternProperties" ? &argument : schema.find("patternProperties");
    bool matches = false;
    if (patterns != nullptr)
      for (const auto& [pattern, member_schema] : *patterns->if_map()) {
        if (!is_match(member.path, pattern)) continue;
        matches = true;
        if (keyword == "patternProperties")
          check(member_schema, inside(at, member.value, member.path));
      }
    if (keyword == "patternProperties" || matches) return;
    const Value* named = schema.find("properties");
    if (named != nullptr && named->find(member.path) != nullptr) return;
    const bool* allowed = argument.if_bool();
    if (allowed == nullptr)
      check(argument, inside(at, member.value, member.path));
    else if (!*allowed)
      unknown_field(named, member, at);
  }

  void unknown_field(const Value* named, const Place& member, const Place& at) {
    std::vector<std::string> names;
    if (named != nullptr)
      for (const auto& [name, unused] : *named->if_map())
        names.push_back(name);
    std::optional<std::string> meant = nearest(member.path, names);
    problems_.push_back({at.path, member.value.key_position(),
                         fmt::format("unknown field \"{}\"{}", printable(member.path),
                                     meant ? fmt::format("; is \"{}\" meant?", *meant) : "")});
  }

  static Place inside(const Place& at, const Value& member, const std::string& name) {
    return {member, at.path.empty() ? name : at.path + "." + name, at.depth + 1};
  }

  bool apply_to_array(const std::string& keyword, const Value& argument, const Value& schema,
                      const Place& at) {
    static const std::vector<std::string> keywords{"items", "prefixItems", "minItems", "maxItems"};
    if (std::find(keywords.begin(), keywords.end(), keyword) == keywords.end()) return false;
    const Value::List* items = at.value.if_list();
    if (items == nullptr) return true;
    auto size = static_cast<int64_t>(items->size());
    if (keyword == "minItems" && size < number_of(argument))
      problem(at, fmt::format("expected at least {} items, found {}", number_of(argument), size));
    if (keyword == "maxItems" && size > number_of(argument))
      problem(at, fmt::format("expected at most {} items, found {}", number_of(argument), size));
    const Value* prefix = schema.find("prefixItems");
    std::size_t in_prefix = prefix == nullptr ? 0 : prefix->if_list()->size();
    for (std::size_t i = 0; i < items->size(); ++i) {
      Place item{(*items)[i], fmt::format("{}[{}]", at.path, i), at.depth + 1};
      if (keyword == "prefixItems" && i < in_prefix) check((*argument.if_list())[i], item);
      if (keyword == "items" && i >= in_prefix) check(argument, item);
    }
    return true;
  }

  bool apply_to_scalar(const std::string& keyword, const Value& argument, const Value& schema,
                       const Place& at) {
    const std::string* text = at.value.if_string();
    const Integer* integer = at.value.if_integer();
    if (keyword == "minimum" || keyword == "maximum") {
      if (integer == nullptr) return true;
      bool is_negative = integer->text.starts_with('-');
      std::optional<int64_t> number = integer->as_int64(); // none: beyond any limit
      bool too_small = number ? *number < number_of(argument) : is_negative;
      bool too_large = number ? *number > number_of(argument) : !is_negative;
      if (keyword == "minimum" ? too_small : too_large)
        problem(at, fmt::format("expected an integer {} {}, found {}",
                                keyword == "minimum" ? "from" : "up to", number_of(argument),
                                shown(at.value)));
      return true;
    }
    if (keyword == "minLength" || keyword == "maxLength") {
      auto length = text == nullptr ? number_of(argument) : static_cast<int64_t>(length_of(*text));
      if (keyword == "minLength" ? length < number_of(argument) : length > number_of(argument))
        problem(at,
                fmt::format("expected a string of {} {} characters",
                            keyword == "minLength" ? "at least" : "at most", number_of(argument)));
      return true;
    }
    if (keyword != "pattern") return false;
    if (text != nullptr && !is_match(*text, *argument.if_string()))
      problem(at, fmt::format("expected {}, found {}", described(schema), shown(at.value)));
    return true;
  }

  static std::string described(const Value& schema) {
    const Value* title = schema.find("title");
    return title != nullptr ? *title->if_string()
                            : fmt::format("what {} matches", *schema.find("pattern")->if_string());
  }

  static bool is_match(const std::string& text, const std::string& pattern) {
    return text.size() <= kLongestMatched &&
           std::regex_search(text, std::regex(pattern, std::regex::ECMAScript));
  }

  const Value& root_;
  std::vector<SchemaProblem>& problems_;
};

} // namespace

std::vector<SchemaProblem> schema_problems(const Value& schema, const Value& value,
                                           std::string_view start) {
  std::vector<SchemaProblem> problems;
  SchemaCheck check(schema, problems);
  check.check(check.at_reference(start), {value, ""});
  return problems;
}

} // namespace hdist
