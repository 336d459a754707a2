#include "ops/source_op.h"

#include "base/parallel.h"
#include "data/digest.h"
#include "ops/fetch_op.h"
#include "ops/ops_testing.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

namespace hdist {
namespace {

class SourceOpTest : public OpsTest {
protected:
  SourceKey put(const std::string& content) {
    std::string file = tmp_.path() + "/data.txt";
    write_file(file, content);
    return fetch_sources(*session_, {{{file, {}}}, {}}).sources.at(0).key;
  }
  std::string code(const std::string& word) {
    try {
      list_sources(*session_, {{word}});
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  }
};

TEST_F(SourceOpTest, ASourceIsNamedByItsKeyOrItsBeginning) {
  SourceKey a = put("a");
  put("b");
  EXPECT_EQ(list_sources(*session_, {}).sources.size(), 2U);
  for (const std::string& word :
       {a.str(), a.digest().substr(0, 4), "file:" + a.digest().substr(0, 5),
        "file:" + a.digest().substr(0, 32), "sha256:" + sha256("a").hex()})
    EXPECT_EQ(list_sources(*session_, {{word}}).sources.at(0).key, a) << word;
  EXPECT_EQ(code(a.digest().substr(0, 3)), "source.not-found");
  EXPECT_EQ(code("zip:" + a.digest().substr(0, 5)), "source.not-found");
  EXPECT_EQ(code(""), "source.not-found");
}

TEST_F(SourceOpTest, WhatACollectionHasSetAsideForAMomentIsThere) {
  const SourceKey key = put("a");
  SourceStore& store = session_->sources();
  std::atomic<bool> is_aside = false, is_looked_for = false;
  parallel_for(2, 2, [&](std::size_t who) {
    if (who == 0) {
      static_cast<void>(store.remove(*store.find(key), [&](const SourceItem&) {
        is_aside = true;
        is_aside.notify_all();
        is_looked_for.wait(false);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return false;
      }));
      return;
    }
    is_aside.wait(false);
    is_looked_for = true;
    is_looked_for.notify_all();
    EXPECT_EQ(code(key.str()), "");
  });
}

TEST_F(SourceOpTest, ABeginningThatSeveralHaveIsAmbiguous) {
  // Two items of one digest and two types.
  SourceKey file = put("HDSTPCK1");
  session_->sources().put_pack("HDSTPCK1");
  EXPECT_EQ(code(file.digest().substr(0, 8)), "source.ambiguous");
  EXPECT_EQ(code("files:" + file.digest().substr(0, 8)), "");
}

TEST_F(SourceOpTest, DamageIsAResultAndTheRestIsReadAllTheSame) {
  SourceItem item = *session_->sources().find(put("a"));
  put("b");
  std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
  write_file(item.path, "c");
  SourceResponse response = verify_sources(*session_, {});
  EXPECT_EQ(response.sources.size(), 2U);
  ASSERT_EQ(response.damaged.size(), 1U);
  EXPECT_EQ(response.damaged[0].first.key, item.key);
  EXPECT_EQ(to_value(response).find("damaged")->if_list()->size(), 1U);
}

TEST_F(SourceOpTest, WhatIsDamagedIsFetchedAgainFromItsAddresses) {
  SourceItem flipped = *session_->sources().find(put("a"));
  std::filesystem::rename(tmp_.path() + "/data.txt", tmp_.path() + "/moved.txt");
  SourceItem cut = *session_->sources().find(put("content"));
  for (const SourceItem& item : {flipped, cut}) {
    std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
    write_file(item.path, "c");
  }
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 2U);
  // The address of the first gives other content now.
  SourceResponse response = verify_sources(*session_, {{}, false, true});
  ASSERT_EQ(response.repaired.size(), 1U);
  EXPECT_EQ(response.repaired[0].key, cut.key);
  EXPECT_EQ(read_file(cut.path), "content");
  ASSERT_EQ(response.damaged.size(), 1U);
  EXPECT_NE(response.damaged[0].second.message().find("it cannot be repaired: "),
            std::string::npos);
  EXPECT_EQ(read_file(flipped.path), "c");
  std::filesystem::rename(tmp_.path() + "/moved.txt", tmp_.path() + "/data.txt");
  EXPECT_EQ(verify_sources(*session_, {{flipped.key.str()}, false, true}).repaired.size(), 1U);
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 0U);
}

TEST_F(SourceOpTest, WhatIsFoundDamagedCountsAsMissingUntilItIsWhole) {
  const SourceItem item = *session_->sources().find(put("a"));
  std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
  write_file(item.path, "c");
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 1U);
  EXPECT_FALSE(session_->sources().find(item.key));
  EXPECT_EQ(read_file(item.path), "c"); // it may be the only copy
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 1U);
  // Whole again by hand, and then by a fetch.
  write_file(item.path, "a");
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 0U);
  EXPECT_TRUE(session_->sources().find(item.key));
  write_file(item.path, "c");
  EXPECT_EQ(verify_sources(*session_, {}).damaged.size(), 1U);
  put("a");
  EXPECT_TRUE(session_->sources().find(item.key));
  EXPECT_EQ(read_file(item.path), "a");
}

TEST_F(SourceOpTest, WhatIsDamagedIsShownAndCanBeRemoved) {
  const SourceItem item = *session_->sources().find(put("content"));
  std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
  write_file(item.path, "cut");
  const SourceResponse shown = list_sources(*session_, {{item.key.str()}});
  ASSERT_EQ(shown.damaged.size(), 1U);
  EXPECT_EQ(shown.damaged[0].first.key, item.key);
  remove_sources(*session_, {{item.key.str()}});
  EXPECT_FALSE(session_->sources().find_any(item.key));
}

TEST_F(SourceOpTest, OnlyWhatIsNamedIsRemoved) {
  SourceKey a = put("a"), b = put("b");
  EXPECT_THROW(remove_sources(*session_, {}), Error);
  EXPECT_EQ(remove_sources(*session_, {{a.str()}, true}).sources.size(), 1U);
  EXPECT_TRUE(session_->sources().find(a));
  remove_sources(*session_, {{a.str()}});
  EXPECT_FALSE(session_->sources().find(a));
  EXPECT_TRUE(session_->sources().find(b));
}

} // namespace
} // namespace hdist
