#include "model/document_version.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

void check(const std::string& text) {
  Document document = read_json("d.json", text);
  Fields fields(document, document.root, "");
  check_document_version(fields, 2, "thing.version");
}

TEST(DocumentVersion, EveryReleasedVersionIsRead) {
  EXPECT_EQ(message_of([] { check(R"({"version": 1})"); }), "(no error)");
  EXPECT_EQ(message_of([] { check(R"({"version": 2})"); }), "(no error)");
}

TEST(DocumentVersion, ALaterVersionIsRefusedAndAsksForANewerProgram) {
  try {
    check(R"({"version": 3, "what": "ever"})");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.code(), "thing.version");
    EXPECT_EQ(error.message(),
              "d.json: format version 3 needs a newer program; this one reads up to 2");
    EXPECT_EQ(error.advice().size(), 1U);
  }
}

TEST(DocumentVersion, NoVersionIsAnErrorOfTheDocument) {
  for (const char* text : {"{}", R"({"version": 0})", R"({"version": -1})", R"({"version": "1"})",
                           R"({"version": null})", R"({"version": true})", R"({"version": 1.0})"})
    EXPECT_TRUE(message_of([&] { check(text); }).starts_with("d.json:1:")) << text;
}

} // namespace
} // namespace hdist
