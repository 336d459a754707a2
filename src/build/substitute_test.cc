#include "base/error.h"
#include "build/job.h"
#include "data/json.h"
#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <map>

namespace hdist {

namespace {

Env substitution_env(const Value& group) {
  Env env;
  for (const auto& [name, value] : *group.find("env")->if_map())
    env.set(name, *value.if_string());
  return env;
}

TEST(Substitution, AgreesWithTheVectorsButForDoubledBackslashes) {
  const Value document = golden_json("language.json");
  const Value& group = *document.find("runtime_substitution");
  const Env env = substitution_env(group);
  // Known differences: HashDist's documents promise that "\\" is a backslash, its program did not.
  const std::map<std::string, std::string> ours{{R"(\\$A)", R"(\1)"}, {R"(\\)", R"(\)"}};
  for (const Value& test : *group.find("cases")->if_list()) {
    const std::string& text = *test.find("text")->if_string();
    SCOPED_TRACE(text);
    if (auto known = ours.find(text); known != ours.end()) {
      EXPECT_EQ(substitute(text, env), known->second);
    } else if (test.find("error") != nullptr) {
      EXPECT_THROW(substitute(text, env), Error);
    } else {
      EXPECT_EQ(substitute(text, env), *test.find("result")->if_string());
    }
  }
}

TEST(Substitution, EscapesDollarAndBackslashOnly) {
  Env env;
  env.set("A", "1");
  EXPECT_EQ(substitute(R"(\\\$A \\\\ \a \{ \)", env), R"(\$A \\ \a \{ \)");
}

TEST(Substitution, DoesNotReplaceInWhatItPutIn) {
  Env env;
  env.set("A", "$B \\$");
  EXPECT_EQ(substitute("<$A>", env), "<$B \\$>");
}

TEST(Substitution, NamesTextAndVariable) {
  EXPECT_EQ(message_of([] { substitute("--with=$ZLIB_DIR/lib", Env()); }),
            "\"--with=$ZLIB_DIR/lib\": the variable ZLIB_DIR is not set");
  EXPECT_EQ(message_of([] { substitute("a ${B", Env()); }),
            "\"a ${B\": expected a name after the '$' at character 3");
  EXPECT_THROW(substitute("$$", Env()), Error);
}

} // namespace

} // namespace hdist
