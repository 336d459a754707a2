#include "source/local_source.h"

#include "source/dir_stamp.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class LocalLab : public StoreLab {
public:
  AttemptResult take(const std::string& name, std::optional<Expectation> expected = {},
                     const std::stop_token& stop = {}) const {
    return take_local(store, path(name), {std::move(expected), path(name), path(name)}, stop);
  }
};

TEST(LocalSource, AFileIsCopiedAndADirectoryBecomesAStream) {
  LocalLab lab;
  write_file(lab.path("a.tar.gz"), fake_tar_gz("x"));
  write_file(lab.path("d/f"), "x");
  fs::create_symlink("a.tar.gz", lab.path("link.tgz"));
  EXPECT_EQ(lab.take("a.tar.gz").item->key.type(), SourceType::tar_gz);
  EXPECT_EQ(lab.take("d").item->key, lab.store.put_directory(lab.path("d")).key);
  EXPECT_EQ(lab.take("link.tgz").item->key, lab.take("a.tar.gz").item->key);
  EXPECT_EQ(read_file(lab.path("a.tar.gz")), fake_tar_gz("x"));
}

TEST(LocalSource, ALargeFileIsTheSameInTheStore) {
  LocalLab lab;
  std::string content;
  for (int i = 0; content.size() < std::size_t{20} << 20; ++i)
    content += std::to_string(i);
  write_file(lab.path("large"), content);
  const SourceItem item = *lab.take("large").item;
  EXPECT_EQ(item.key, SourceKey::make(SourceType::file, sha256(content)));
  EXPECT_EQ(read_file(item.path), content);
}

TEST(LocalSource, WhatIsWrongWithThePathIsAReason) {
  LocalLab lab;
  EXPECT_EQ(lab.take("absent").reason, "there is no such file or directory");
  EXPECT_TRUE(lab.take("absent").bad_address);
  ASSERT_EQ(mkfifo(lab.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(lab.take("pipe").reason,
            lab.path("pipe") + " is neither a regular file nor a directory");
  fs::create_directory(lab.path("d"));
  ASSERT_EQ(mkfifo(lab.path("d/pipe").c_str(), 0600), 0);
  EXPECT_EQ(lab.take("d").reason.substr(0, lab.path("d/pipe").size()), lab.path("d/pipe"));
  EXPECT_FALSE(lab.take("d").item);
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(LocalSource, ADirectoryIsNoArchive) {
  LocalLab lab;
  fs::create_directory(lab.path("d"));
  Expectation key(SourceKey::make(SourceType::zip, sha256("")));
  EXPECT_EQ(lab.take("d", key).reason, lab.path("d") + " is a directory, expected " + key.str());
  EXPECT_EQ(StoreLab::count(lab.path("store/dirs")), 0U);
}

TEST(LocalSource, OtherContentIsRefused) {
  LocalLab lab;
  write_file(lab.path("f"), "x");
  AttemptResult result = lab.take("f", Expectation(SourceKey::make(SourceType::file, sha256("y"))));
  EXPECT_TRUE(result.wrong_content);
  EXPECT_FALSE(result.item);
}

TEST(LocalSource, ADirectoryThatIsAsItWasIsNotReadAgain) {
  LocalLab lab;
  write_file(lab.path("d/f"), "x");
  const SourceKey key = lab.take("d").item->key;
  const Dir directory = Dir::open(lab.path("d"));
  const DirStamp stamp{.digest = stamp_of(directory, {}).digest, .is_settled = true};
  lab.store.note_stamp(directory.path(), stamp, key);
  EXPECT_EQ(lab.store.find_stamped(directory.path(), stamp)->key, key);
  // Somebody who expects other content gets what is there now.
  const Expectation other(SourceKey::make(SourceType::dir, sha256("other")));
  EXPECT_TRUE(lab.take("d", other).wrong_content);
  // What a stamp leads to may have been removed.
  fs::remove(lab.store.find(key)->path);
  EXPECT_FALSE(lab.store.find_stamped(directory.path(), stamp));
  EXPECT_EQ(lab.take("d").item->key, key);
}

TEST(LocalSource, StopsWhenAsked) {
  LocalLab lab;
  write_file(lab.path("f"), "x");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of([&] { lab.take("f", {}, stop.get_token()); }), "source.stopped");
}

} // namespace
} // namespace hdist
