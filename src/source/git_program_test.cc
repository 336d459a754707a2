#include "source/git_program.h"

#include "base/error.h"
#include "source/git_testing.h"

namespace hdist {
namespace {

GitCall call(std::vector<std::string> words, std::string directory = "") {
  return {.words = std::move(words),
          .directory = std::move(directory),
          .input = {},
          .timeout_s = 0,
          .output = {}};
}

TEST(GitProgram, UsesTheUsersConfigurationForFetchingOnly) {
  GitLab lab;
  write_file(lab.path(".gitconfig"), "[user]\n name = configured\n");
  Env env;
  env.set("PATH", "/usr/bin:/bin");
  env.set("HOME", lab.path(""));
  env.set("GIT_DIR", "/nowhere");
  GitProgram git(env);
  GitAnswer remote = git.remote(call({"config", "user.name"}), false, {});
  EXPECT_EQ(remote.output, "configured\n");
  EXPECT_FALSE(git.isolated(call({"config", "user.name"}), {}).ok);
}

TEST(GitProgram, SpeaksOnlyTheProtocolsThatAreMeant) {
  GitLab lab;
  lab.repository("a", "echo x >x");
  GitProgram git(Env::current());
  std::string a = lab.path("a.git");
  EXPECT_TRUE(git.remote(call({"ls-remote", "--", a}), true, {}).ok);
  EXPECT_FALSE(git.remote(call({"ls-remote", "--", a}), false, {}).ok);
  EXPECT_FALSE(git.isolated(call({"ls-remote", "--", a}), {}).ok);
  GitAnswer answer =
      git.remote(call({"ls-remote", "--", "ext::touch " + lab.path("pwned")}), true, {});
  EXPECT_FALSE(answer.ok);
  EXPECT_EQ(answer.complaint, "transport 'ext' not allowed");
  EXPECT_FALSE(std::filesystem::exists(lab.path("pwned")));
}

TEST(GitProgram, SaysWhatIsWrong) {
  GitLab lab;
  GitProgram git(Env::current());
  EXPECT_EQ(message_of([&] {
              git.must(call({"rev-parse", "HEAD"}, lab.path("x")), {});
            }),
            "git rev-parse failed in " + lab.path("x") + ": not a git repository: '" +
                lab.path("x") + "'");
  EXPECT_EQ(message_of([&] {
              git.must(call({"-c", "gc.packRefs=false", "gc", "--quiet"}, lab.path("x")), {});
            }),
            "git gc failed in " + lab.path("x") + ": not a git repository: '" + lab.path("x") +
                "'");
  Env empty;
  empty.set("PATH", lab.path("nothing"));
  EXPECT_EQ(code_of([&] { GitProgram(empty).isolated(call({"version"}), {}); }), "git.not-found");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of([&] { git.isolated(call({"version"}), stop.get_token()); }), "source.stopped");
}

} // namespace
} // namespace hdist
