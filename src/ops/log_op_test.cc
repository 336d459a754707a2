#include "ops/log_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace hdist {
namespace {

class LogOpTest : public OpsTest {
protected:
  BuildResponse build(const std::string& name, const std::string& script) {
    BuildResponse response = build_spec(*session_, {"spec", spec_text(name, script)});
    return response;
  }
  FoundLog found(const std::optional<std::string>& word) { return find_log(*session_, {word}).log; }
};

TEST_F(LogOpTest, OfAnArtifactByItsNameOrAPrefix) {
  const ArtifactId id = std::get<BuildSuccess>(build("one", "echo hi").outcome).record.id;
  for (const std::string& word :
       {std::string("one"), "one/" + id.hash12().substr(0, 4), id.str()}) {
    EXPECT_EQ(found(word).state, LogState::built) << word;
    EXPECT_EQ(found(word).hash12, id.hash12());
  }
}

TEST_F(LogOpTest, WithoutANameItIsTheLastFailure) {
  EXPECT_NE(message_of([&] { found(std::nullopt); }).find("no build runs"), std::string::npos);
  build("one", "echo hi");
  const ArtifactId id = std::get<BuildFailure>(build("bad", "exit 3").outcome).id;
  EXPECT_EQ(found(std::nullopt).name, "bad");
  for (const std::string& word : {std::string("bad"), "bad/" + id.hash12().substr(0, 5), id.str()})
    EXPECT_EQ(found(word).state, LogState::failed) << word;
  EXPECT_NE(message_of([&] { found("bad/zzzz"); }).find("no artifact"), std::string::npos);
}

TEST_F(LogOpTest, TheNewestIsFoundWithinASecond) {
  // The same name with a failure just before a success, and with one just after it.
  const std::string once = tmp_.path() + "/once";
  const std::string script = "test -e " + once + " || { echo > " + once + "; exit 3; }";
  build("late", script);
  build("late", script);
  const std::string built = found("late").path, failed = found(std::nullopt).path;
  EXPECT_EQ(found("late").state, LogState::built);
  constexpr int64_t kSecondOfBoth = 1'700'000'000;
  auto write_time = [](const std::string& path, long nanoseconds) {
    const timespec times[2] = {{kSecondOfBoth, nanoseconds}, {kSecondOfBoth, nanoseconds}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  };
  write_time(failed, 1'000'000);
  write_time(built, 2'000'000);
  EXPECT_EQ(found("late").state, LogState::built);
  write_time(failed, 3'000'000);
  EXPECT_EQ(found("late").state, LogState::failed);
}

TEST_F(LogOpTest, ABuildWhoseRecordIsNotYetThereIsFoundByItsLog) {
  const ArtifactId id = *ArtifactId::parse("late/" + std::string(32, 'a'));
  const Attempt attempt = std::get<Attempt>(session_->artifacts().claim(id));
  EXPECT_NE(message_of([&] { found("late"); }).find("late is being built, but there is no log"),
            std::string::npos);
  write_file(attempt.path() + "/_hashdist/log.zst", "");
  EXPECT_EQ(found("late").state, LogState::built);
  EXPECT_EQ(found("late/aaaa").path, attempt.path() + "/_hashdist/log.zst");
}

TEST_F(LogOpTest, TheResponseHasAllFields) {
  build("one", "echo hi");
  const Value value = to_value(find_log(*session_, {"one"}));
  for (const char* field : {"build", "state", "path", "compressed", "time"})
    EXPECT_NE(value.find(field), nullptr) << field;
}

} // namespace
} // namespace hdist
