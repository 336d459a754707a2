#include "build/imports.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

ArtifactId id_of(const std::string& name) {
  return *ArtifactId::parse(name + "/" + std::string(32, 'a'));
}

/// Records by name: top needs mid (run), mid refers to low, low was made with gone and
/// tool.
class ImportsTest : public testing::Test {
protected:
  ImportsTest() {
    add("tool", {.id = id_of("tool")});
    add("low", {.id = id_of("low"), .imports = {id_of("gone"), id_of("tool")}});
    add("mid", {.id = id_of("mid"), .references = {id_of("low")}});
    add("top", {.id = id_of("top"), .run = {id_of("mid")}});
  }
  void add(const std::string& name, ArtifactRecord record) {
    record.directory = record.id.hash12();
    records_.emplace(name, std::move(record));
  }
  ResolvedImports resolve(const std::string& import, const std::string& run,
                          const std::map<std::string, std::string>& virtuals = {}) {
    Value spec = Value::map();
    spec.set("name", "x");
    Value item;
    item.set("id", import);
    item.set("ref", "R");
    Value build;
    build.set("import", Value(Value::List{item}));
    spec.set("build", build);
    if (!run.empty()) spec.set("run", Value(Value::List{run}));
    return resolve_imports(
        BuildSpec::from_value(spec), virtuals,
        [this](const ArtifactId& id) -> std::optional<ArtifactRecord> {
          auto found = records_.find(id.name());
          if (found == records_.end()) return std::nullopt;
          return found->second;
        },
        store_);
  }

  TempDir tmp_;
  ArtifactStore store_ = ArtifactStore::open(tmp_.path() + "/store");
  std::map<std::string, ArtifactRecord> records_;
};

TEST_F(ImportsTest, ClosureFollowsWhatIsReferredToNotWhatMadeIt) {
  const ResolvedImports found = resolve(id_of("top").str(), "");
  EXPECT_TRUE(found.missing.empty());
  ASSERT_EQ(found.job.size(), 1u);
  EXPECT_EQ(found.job[0].path, tmp_.path() + "/store/top/aaaaaaaaaaaa");
  EXPECT_EQ(found.job[0].ref, "R");
  std::vector<std::string> directories;
  for (const auto& [id, directory] : found.closure)
    directories.push_back(directory);
  EXPECT_EQ(directories,
            (std::vector<std::string>{"top/aaaaaaaaaaaa", "mid/aaaaaaaaaaaa", "low/aaaaaaaaaaaa"}));
}

TEST_F(ImportsTest, VirtualImportsAreMapped) {
  const ResolvedImports found = resolve("virtual:unix", "", {{"virtual:unix", id_of("low").str()}});
  EXPECT_EQ(found.imports, std::vector<ArtifactId>{id_of("low")});
  EXPECT_THROW(resolve("virtual:unix", ""), Error);
  EXPECT_THROW(resolve("virtual:unix", "", {{"virtual:unix", "no id"}}), Error);
}

TEST_F(ImportsTest, MissingOnesAreListedAlsoOfRunAndVirtual) {
  EXPECT_EQ(resolve(id_of("no").str(), id_of("neither").str()).missing,
            (std::vector<std::string>{id_of("no").str(), id_of("neither").str()}));
  EXPECT_EQ(resolve("virtual:u", "", {{"virtual:u", id_of("no").str()}}).missing,
            std::vector<std::string>{id_of("no").str() + " (virtual:u)"});
}

} // namespace

} // namespace hdist
