#include "source/dir_stream.h"

#include "data/digest.h"
#include "source/source_testing.h"
#include "testing/golden_testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

std::string stream_of(const std::string& directory) {
  std::string bytes;
  write_dir_stream(Dir::open(directory), [&](std::string_view piece) { bytes += piece; });
  return bytes;
}

/// Kind, name and content as the format says.
std::string entry(char kind, const std::string& name, const std::string& content = "") {
  auto number = [](std::size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
      text += static_cast<char>((value >> (8 * i)) & 0xffU);
    return text;
  };
  std::string text = kind + number(name.size(), 4) + name;
  if (kind == 'd') return text + content + "e";
  return text + number(content.size(), 8) + content;
}
std::string stream(const std::string& entries) {
  return "hdist-dir 1\n" + entries + "e";
}

class Lab {
public:
  const std::string& path() const { return tmp_.path(); }
  /// The tree after unpacking, or the code of the error. All bytes must have been seen.
  std::string unpack(const std::string& bytes, const DirStreamLimits& limits = {}) const {
    write_file(path() + "/stream", bytes);
    fs::remove_all(path() + "/target");
    Dir target = Dir::create(path() + "/target");
    Fd fd(open((path() + "/stream").c_str(), O_RDONLY | O_CLOEXEC));
    std::string seen;
    std::string result = code_of([&] {
      unpack_dir_stream(fd.get(), "dir:x", target,
                        {.limits = limits, .seen = [&](std::string_view b) { seen += b; }});
    });
    EXPECT_EQ(seen, bytes);
    return result == "(no error)" ? tree_text(path() + "/target") : result;
  }
  void make_sample() const {
    write_file(path() + "/tree/b.txt", "hello\n");
    write_file(path() + "/tree/a/run", "#!/bin/sh\n");
    fs::permissions(path() + "/tree/a/run", fs::perms::owner_all);
    fs::create_directories(path() + "/tree/empty");
    fs::create_symlink("../b.txt", path() + "/tree/a/link");
    write_file(path() + "/tree/a-b", "");
    write_file(path() + "/tree/\xc3\xa9", "e");
  }

private:
  TempDir tmp_;
};

TEST(DirStream, HasTheGoldenBytes) {
  Lab lab;
  lab.make_sample();
  std::string bytes = stream_of(lab.path() + "/tree");
  expect_golden("source/tree.dir-stream", bytes);
  expect_golden("source/tree.key", SourceKey::make(SourceType::dir, sha256(bytes)).str() + "\n");
  EXPECT_EQ(bytes, stream(entry('d', "a",
                                entry('l', "link", "../b.txt") + entry('x', "run", "#!/bin/sh\n")) +
                          entry('f', "a-b") + entry('f', "b.txt", "hello\n") + entry('d', "empty") +
                          entry('f', "\xc3\xa9", "e")));
}

TEST(DirStream, UnpackedItIsTheSameTree) {
  Lab lab;
  lab.make_sample();
  std::string bytes = stream_of(lab.path() + "/tree");
  EXPECT_EQ(lab.unpack(bytes), "a-b=\na/\na/link->../b.txt\na/run*=#!/bin/sh\n\nb.txt=hello\n\n"
                               "empty/\n\xc3\xa9=e\n");
  EXPECT_EQ(stream_of(lab.path() + "/target"), bytes);
}

TEST(DirStream, DependsOnNeitherTimesNorOtherModes) {
  Lab lab;
  lab.make_sample();
  std::string bytes = stream_of(lab.path() + "/tree");
  fs::last_write_time(lab.path() + "/tree/b.txt", fs::file_time_type::clock::now());
  fs::permissions(lab.path() + "/tree/b.txt", fs::perms::owner_read);
  fs::permissions(lab.path() + "/tree/a", fs::perms::owner_all);
  EXPECT_EQ(stream_of(lab.path() + "/tree"), bytes);
}

TEST(DirStream, UnpackedFilesHaveOneTime) {
  Lab lab;
  lab.unpack(stream(entry('d', "d", entry('f', "x"))));
  for (const char* name : {"/target", "/target/d", "/target/d/x"}) {
    struct stat status {};
    ASSERT_EQ(stat((lab.path() + name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mtim.tv_sec, 315532800) << name;
  }
}

TEST(DirStream, RefusesSpecialFilesByName) {
  TempDir tmp;
  ASSERT_EQ(mkfifo((tmp.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { stream_of(tmp.path()); }),
            tmp.path() + "/pipe is a device, socket or FIFO, expected only files, directories and "
                         "symbolic links in a source");
}

TEST(DirStream, AFileThatGrowsWhileItIsReadIsAnError) {
  TempDir tmp;
  write_file(tmp.path() + "/f", std::string(1 << 20, 'x'));
  bool grown = false;
  EXPECT_EQ(code_of([&] {
              write_dir_stream(Dir::open(tmp.path()), [&](std::string_view piece) {
                if (piece.size() < 1000 || grown) return;
                grown = true;
                fs::resize_file(tmp.path() + "/f", (1 << 20) + 1);
              });
            }),
            "source.changed");
}

TEST(DirStream, AnEntryThatComesWhileADirectoryIsReadIsAnError) {
  TempDir tmp;
  write_file(tmp.path() + "/d/f", "x");
  fs::last_write_time(tmp.path() + "/d", fs::file_time_type() + std::chrono::hours(1));
  EXPECT_EQ(code_of([&] {
              write_dir_stream(Dir::open(tmp.path()), [&](std::string_view piece) {
                if (piece == "x") write_file(tmp.path() + "/d/g", "");
              });
            }),
            "source.changed");
}

TEST(DirStream, StopsWhenAsked) {
  Lab lab;
  lab.make_sample();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of([&] {
              write_dir_stream(
                  Dir::open(lab.path() + "/tree"), [](std::string_view) {}, stop.get_token());
            }),
            "source.stopped");
}

TEST(DirStream, NamesThatLeadElsewhereAreRefused) {
  Lab lab;
  for (const char* name : {"..", ".", "a/b", "/etc"})
    for (char kind : {'f', 'd', 'l'})
      EXPECT_EQ(lab.unpack(stream(entry(kind, name, kind == 'l' ? "t" : ""))), "source.unsafe-path")
          << kind << name;
  EXPECT_EQ(lab.unpack(stream(entry('f', std::string("a\0b", 3)))), "source.unsafe-path");
}

TEST(DirStream, NothingIsWrittenThroughALinkOfItsOwn) {
  Lab lab;
  EXPECT_EQ(lab.unpack(stream(entry('l', "a", "/tmp") + entry('d', "a", entry('f', "evil")))),
            "source.invalid-dir");
}

TEST(DirStream, ThereIsOneStreamForATree) {
  Lab lab;
  EXPECT_EQ(lab.unpack(stream(entry('f', "b") + entry('f', "a"))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream(entry('f', "a") + entry('f', "a"))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream(entry('f', ""))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream(entry('f', std::string(256, 'a')))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream("") + "x"), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream(entry('q', "a"))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream(entry('l', "a", ""))), "source.invalid-dir");
  EXPECT_EQ(lab.unpack("hdist-dir 2\ne"), "source.invalid-dir");
  EXPECT_EQ(lab.unpack(stream("")), "");
}

TEST(DirStream, CutOffAnywhereItIsInvalid) {
  Lab lab;
  std::string whole = stream(entry('d', "d", entry('f', "x", "abc")) + entry('l', "l", "x"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(lab.unpack(whole.substr(0, size)), "source.invalid-dir") << size;
}

TEST(DirStream, LimitsHoldBeforeAnythingIsWritten) {
  Lab lab;
  EXPECT_EQ(lab.unpack(stream(entry('f', "a", "12345")), {.bytes = 4, .entries = 9}),
            "source.too-large");
  EXPECT_EQ(lab.unpack(stream(entry('f', "a") + entry('f', "b")), {.bytes = 9, .entries = 1}),
            "source.too-large");
  std::string huge = entry('f', "a");
  huge.replace(huge.size() - 8, 8, std::string(8, '\xff'));
  EXPECT_EQ(lab.unpack(stream(huge)), "source.too-large");
}

TEST(DirStream, ADeepTreeNeedsFewDescriptors) {
  constexpr int kDepth = 150;
  Lab lab;
  std::string nested;
  for (int i = 0; i < kDepth; ++i)
    nested += entry('d', "d").substr(0, 6);
  nested += std::string(kDepth, 'e');
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  struct rlimit few = before;
  few.rlim_cur = 100;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::string result = code_of([&] {
    write_file(lab.path() + "/stream", stream(nested));
    Dir target = Dir::create(lab.path() + "/target");
    Fd fd(open((lab.path() + "/stream").c_str(), O_RDONLY | O_CLOEXEC));
    unpack_dir_stream(fd.get(), "dir:x", target, {});
    EXPECT_EQ(stream_of(lab.path() + "/target"), stream(nested));
  });
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(result, "(no error)");
}

TEST(DirStream, APathThatNoProgramCouldUseIsRefused) {
  Lab lab;
  std::string nested;
  for (int i = 0; i < 20; ++i)
    nested += entry('d', std::string(250, 'd')).substr(0, 255);
  EXPECT_EQ(lab.unpack(stream(nested)), "source.too-large");
}

} // namespace
} // namespace hdist
