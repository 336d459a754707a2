#include "spec/parameters.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Value replaced(const std::string& json, const Parameters& parameters) {
  Document document = read_json("r.json", json);
  return replace_parameters(document, document.root, parameters, "");
}

TEST(Parameters, AReferenceInsideATextBecomesText) {
  EXPECT_EQ(replaced(R"(["a-{{version}}.tgz", "{{ n }}x{{n}}", "{{on}}!"])",
                     {{"version", "1.2"}, {"n", 3}, {"on", true}}),
            Value(Value::List{"a-1.2.tgz", "3x3", "true!"}));
}

TEST(Parameters, ATextThatIsOnlyAReferenceTakesTheType) {
  EXPECT_EQ(replaced(R"({"a": "{{n}}", "b": "{{on}}"})", {{"n", 3}, {"on", false}}),
            parse_json(R"({"a": 3, "b": false})", "t"));
}

TEST(Parameters, AListInAListIsSpliced) {
  EXPECT_EQ(replaced(R"(["x", "{{flags}}", "y"])", {{"flags", Value(Value::List{"a", "b"})}}),
            Value(Value::List{"x", "a", "b", "y"}));
  EXPECT_EQ(replaced(R"(["x", ["{{flags}}"]])", {{"flags", Value(Value::List{"a"})}}),
            Value(Value::List{"x", Value(Value::List{"a"})}));
}

TEST(Parameters, AnUnknownNameIsShownWithTheNearest) {
  std::string text = message_of([] {
    replaced(R"({"url": "{{verson}}"})", {{"version", "1"}, {"name", "x"}});
  });
  EXPECT_NE(text.find("url"), std::string::npos) << text;
  EXPECT_NE(text.find("is 'version' meant?"), std::string::npos) << text;
}

TEST(Parameters, AnOpenReferenceAndAMapInATextAreErrors) {
  EXPECT_NE(message_of([] {
              replaced(R"(["{{version"])", {{"version", "1"}});
            }).find("without '}}'"),
            std::string::npos);
  EXPECT_NE(message_of([] {
              replaced(R"(["a{{m}}"])", {{"m", Value::map()}});
            }).find("cannot stand inside a text"),
            std::string::npos);
}

} // namespace
} // namespace hdist
