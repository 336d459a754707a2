#include "model/store_document.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(StoreDocument, StoreJsonIsTheGoldenFile) {
  EXPECT_EQ(store_json(StoreKind::artifacts),
            read_file(std::string(HDIST_GOLDEN_DIR) + "/store/store.json"));
  EXPECT_EQ(message_of([] {
              check_store_json(store_json(StoreKind::artifacts), "/s/store.json",
                               StoreKind::artifacts);
            }),
            "(no error)");
}

TEST(StoreDocument, FeaturesAndVersionsOfLaterReleasesAreRefused) {
  auto refuse = [](const char* text, const char* code) {
    try {
      check_store_json(text, "/s/store.json", StoreKind::artifacts);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code);
      EXPECT_EQ(e.kind(), ErrorKind::refused);
      EXPECT_FALSE(e.advice().empty());
    }
  };
  refuse(R"({"version":1,"kind":"artifacts","required":["shards"],"optional":[]})",
         "store.unknown-feature");
  refuse(R"({"version":2,"kind":"artifacts"})", "store.unknown-version");
}

TEST(StoreDocument, OptionalFeaturesAndUnknownFieldsAreFine) {
  EXPECT_EQ(message_of([] {
              check_store_json(
                  R"({"version":1,"kind":"artifacts","required":[],"optional":["x"],"new":1})", "f",
                  StoreKind::artifacts);
            }),
            "(no error)");
}

TEST(StoreDocument, AnotherKindOfStoreIsNamed) {
  EXPECT_EQ(message_of([] {
              check_store_json(R"({"version":1,"kind":"sources"})", "/s/store.json",
                               StoreKind::artifacts);
            }),
            "/s belongs to a store of sources, expected one of artifacts");
}

TEST(StoreDocument, DamagedStoreJsonIsAnError) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"version":"1","kind":"artifacts"})", R"({"version":1})"})
    EXPECT_NE(message_of([&] { check_store_json(text, "f", StoreKind::artifacts); }), "(no error)")
        << text;
}

TEST(StoreDocument, ANewOneIsOfItsKindAlone) {
  std::string text = store_json(StoreKind::sources);
  EXPECT_EQ(message_of([&] { check_store_json(text, "f", StoreKind::sources); }), "(no error)");
  EXPECT_EQ(message_of([&] { check_store_json(text, "/s/f", StoreKind::artifacts); }),
            "/s belongs to a store of sources, expected one of artifacts");
}

} // namespace
} // namespace hdist
