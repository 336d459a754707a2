#include "ops/bundle_op.h"

#include "ops/arrivals_testing.h"
#include "ops/fetch_op.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

class BundleOpTest : public OpsTest {
protected:
  std::string path(const std::string& name) const { return tmp_.path() + "/" + name; }
  std::string content(const std::string& name) {
    write_file(path(name), "content of " + name);
    return path(name);
  }
  static std::string key_of(const std::string& name) {
    return SourceKey::make(SourceType::file, sha256("content of " + name)).str();
  }
  BundleResponse bundle(const std::string& graph) {
    BundleRequest request;
    request.target = path("bundle");
    request.graph = TaskGraph::read(read_json("graph", graph));
    return bundle_sources(*session_, request);
  }
  std::string fetch_task(const std::string& name) {
    return R"({"type": "fetch", "url": ")" + path(name) + R"(", "key": ")" + key_of(name) + R"("})";
  }
};

TEST_F(BundleOpTest, AGraphsSourcesAreFetchedAndCopied) {
  content("a");
  content("b");
  std::string graph =
      R"({"version": 1, "tasks": {"a": )" + fetch_task("a") + R"(, "b": )" + fetch_task("b") + "}}";
  BundleResponse response = bundle(graph);
  ASSERT_EQ(response.sources.size(), 2U);
  EXPECT_FALSE(response.sources[0].was_present);
  EXPECT_EQ(response.size_bytes(), 24);
  EXPECT_TRUE(std::filesystem::exists(path("bundle/packs/file/" + key_of("b").substr(5))));
  response = bundle(graph);
  EXPECT_TRUE(response.sources[1].was_present);
  EXPECT_EQ(to_value(response).find("sources")->if_list()->size(), 2U);
}

TEST_F(BundleOpTest, WhatIsBundledIsUsed) {
  fetch_sources(*session_, {{{content("a"), {}}}, {}});
  const SourceKey key = *SourceKey::parse(key_of("a"));
  const std::string note = session_->sources().find(key)->path + ".json";
  std::string text = read_file(note);
  text.replace(text.find("\"last_use\":"), std::string::npos, "\"last_use\":1}\n");
  std::filesystem::remove(note);
  write_file(note, text);
  ASSERT_EQ(session_->sources().find(key)->last_use_s, 1);
  bundle_sources(*session_,
                 {.target = path("bundle"), .keys = {key.str()}, .graph = {}, .stack = {}});
  EXPECT_GT(session_->sources().find(key)->last_use_s, 1);
}

TEST_F(BundleOpTest, TrialsAreNotMadeWhereAnotherUserMayReplaceThem) {
  content("a");
  std::filesystem::create_directory(path("bundle"));
  std::filesystem::create_directory(path("tmp"));
  Arrivals in_bundle(path("bundle")), in_temp(path("tmp"));
  bundle(R"({"version": 1, "tasks": {"a": )" + fetch_task("a") + "}}");
  const std::string names = in_bundle.names();
  EXPECT_NE(names.find("packs\n"), std::string::npos) << names;
  EXPECT_EQ(names.find("trial"), std::string::npos) << names;
  EXPECT_NE(in_temp.names().find("trial-"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(path("tmp")));
}

TEST_F(BundleOpTest, WhatIsMissingIsNamedAndTheRestIsThere) {
  content("b");
  try {
    bundle(R"({"version": 1, "tasks": {"a": )" + fetch_task("a") + R"(, "b": )" + fetch_task("b") +
           "}}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "bundle.incomplete");
    EXPECT_NE(error.message().find(path("a")), std::string::npos);
    EXPECT_EQ(error.message().find(path("b") + ":"), std::string::npos);
  }
  EXPECT_TRUE(std::filesystem::exists(path("bundle/packs/file/" + key_of("b").substr(5))));
}

TEST_F(BundleOpTest, WhatASpecNamesAndNothingFetchesMustBeInTheStore) {
  std::string graph = R"({"version": 1, "tasks": {"x": {"type": "build", "spec": {"name": "x",
    "sources": [{"key": ")" +
                      key_of("c") + R"("}], "build": {"commands": [{"cmd": ["/bin/true"]}]}}}}})";
  EXPECT_NE(message_of([&] { bundle(graph); }).find("nothing fetches it"), std::string::npos);
  fetch_sources(*session_, {{{content("c"), {}}}, {}});
  EXPECT_EQ(bundle(graph).sources.size(), 1U);
}

TEST_F(BundleOpTest, KeysAreThoseOfTheStore) {
  SourceKey key = fetch_sources(*session_, {{{content("d"), {}}}, {}}).sources.at(0).key;
  BundleRequest request;
  request.target = path("bundle");
  request.keys = {key.digest().substr(0, 6)};
  EXPECT_EQ(bundle_sources(*session_, request).sources.at(0).item.key, key);
  request.keys = {"tar.gz:zzzz"};
  EXPECT_NE(message_of([&] { bundle_sources(*session_, request); }).find("there is no source"),
            std::string::npos);
}

TEST_F(BundleOpTest, RequestsAreStrict) {
  auto read = [](const std::string& text) {
    return read_bundle_request(read_json("request", text));
  };
  EXPECT_EQ(read(R"({"target": "x", "keys": ["abcd"]})").keys.size(), 1U);
  EXPECT_THROW(read(R"({"keys": []})"), Error);
  EXPECT_THROW(read(R"({"target": "x", "key": "abcd"})"), Error);
}

} // namespace
} // namespace hdist
