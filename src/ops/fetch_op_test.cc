#include "ops/fetch_op.h"

#include "ops/ops_testing.h"
#include "ops/postprocess_op.h"

namespace hdist {
namespace {

class FetchOpTest : public OpsTest {
protected:
  FetchResponse fetch(const std::vector<std::string>& words,
                      const std::vector<std::string>& tags = {}) {
    return fetch_sources(*session_, {sources_of_words(words), tags});
  }
};

TEST(SourcesOfWords, AWordAfterARepositoryIsItsRef) {
  std::string key = "git:" + std::string(40, 'a');
  std::vector<SourceCandidate> sources =
      sources_of_words({"git://h/a.git", "master", "/x/b.git", "/x/c.git", key, "master", "d.git",
                        "e.git", "git://h/f.git#v1", "v2"});
  std::string text;
  for (const SourceCandidate& source : sources)
    text += source.url + (source.expected ? " = " + source.expected->str() : "") + "\n";
  EXPECT_EQ(text, "git://h/a.git#master\n/x/b.git\n/x/c.git = " + key +
                      "\nmaster\nd.git\ne.git\ngit://h/f.git#v1\nv2\n");
}

TEST_F(FetchOpTest, AFileBecomesAKeyAndTheKeyMayBeExpected) {
  std::string file = tmp_.path() + "/data.txt";
  write_file(file, "content");
  FetchResponse first = fetch({file});
  ASSERT_EQ(first.sources.size(), 1u);
  std::string key = first.sources[0].key.str();
  EXPECT_TRUE(key.starts_with("file:")) << key;
  EXPECT_EQ(fetch({file, key}, {"tag"}).sources[0].key.str(), key);
  write_file(file, "other content");
  EXPECT_NE(message_of([&] {
              fetch({file, "file:" + std::string(51, 'a') + "q"});
            }).find("data.txt"),
            std::string::npos);
}

TEST_F(FetchOpTest, AWordAfterAWorkTreeIsAnsweredWithItsRepository) {
  const std::string repo = tmp_.path() + "/repo", file = tmp_.path() + "/main";
  write_file(repo + "/.git/HEAD", "ref: refs/heads/main\n");
  for (const std::string& address : {repo, "file://" + repo}) {
    std::vector<Advice> advice;
    try {
      fetch({address, "main"});
    } catch (const Error& error) {
      advice = error.advice();
    }
    ASSERT_EQ(advice.size(), 1u) << address;
    EXPECT_EQ(advice[0].verb, "fetch");
    EXPECT_EQ(advice[0].args, (std::vector<std::string>{repo + "/.git", "main"}));
  }
  write_file(file, "content");
  EXPECT_EQ(sources_of_words({repo, file}).size(), 2u);
}

TEST_F(FetchOpTest, AWordThatIsNoWholeKeyIsNoPath) {
  const std::string file = tmp_.path() + "/tar.gz:aaaa";
  for (const char* word : {"tar.gz:aaaa", "git:1f0e", "sha256:12", "sha256-x"})
    EXPECT_NE(message_of([&] {
                fetch({"f", word});
              }).find("is no key: expected"),
              std::string::npos)
        << word;
  EXPECT_EQ(sources_of_words({"file:data.txt", "tar-1.0", "file:/x"}).size(), 3u);
  write_file(file, "content");
  EXPECT_EQ(fetch({file, "file://" + file}).sources.size(), 2u);
}

TEST_F(FetchOpTest, AKeyNeedsAnAddressBeforeIt) {
  std::string key = "tar.gz:" + std::string(51, 'a') + "q";
  EXPECT_NE(message_of([&] { fetch({key}); }).find("must stand after the address"),
            std::string::npos);
}

TEST_F(FetchOpTest, ATagMayNotBeCalledLikeAType) {
  std::string file = tmp_.path() + "/data.txt";
  write_file(file, "content");
  EXPECT_NE(message_of([&] { fetch({file}, {"targz"}); }).find("a type of sources"),
            std::string::npos);
}

TEST_F(FetchOpTest, PostProcessingWorksInsideAJobOnly) {
  EXPECT_NE(
      message_of([&] { postprocess_artifact(*session_, {}); }).find("inside a build job only"),
      std::string::npos);
}

} // namespace
} // namespace hdist
