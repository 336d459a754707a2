#include "archive/archive_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(Unpack, TakesTheCommonTopAwayAndKeepsHardLinksAndSymlinks) {
  ArchiveLab lab;
  lab.make(R"(
t = tarfile.open(out, 'w:gz')
folder(t, 'p-1.0')
add(t, 'p-1.0/README', b'hello')
add(t, 'p-1.0/configure', b'#!', mode=0o4711)
folder(t, 'p-1.0/p-1.0')
link(t, 'p-1.0/p-1.0/copy', 'p-1.0/README', tarfile.LNKTYPE)
link(t, 'p-1.0/out', '../../etc/passwd')
t.close())");
  EXPECT_EQ(lab.result(),
            "README=hello\nconfigure*=#!\nout->../../etc/passwd\np-1.0/\np-1.0/copy=hello\n");
  EXPECT_EQ(fs::hard_link_count(lab.target() + "/README"), 2U);
}

TEST(Unpack, CutsAsManyComponentsAsAskedAndNoFileGetsLost) {
  ArchiveLab lab;
  lab.make(R"(
t = tarfile.open(out, 'w')
folder(t, 'a'); folder(t, 'b')
add(t, 'a/x', b'1'); link(t, 'b/y', 'a/x', tarfile.LNKTYPE); add(t, 'b/c/z', b'2')
t.close())");
  EXPECT_EQ(lab.result({.strip = 0}), "a/\na/x=1\nb/\nb/c/\nb/c/z=2\nb/y=1\n");
  EXPECT_EQ(lab.result({.strip = 1}), "c/\nc/z=2\nx=1\ny=1\n");
  EXPECT_EQ(lab.result({.strip = 2}), "archive.strip");
}

TEST(Unpack, OfAnArchiveWithoutFilesGivesItsDirectories) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w'); folder(t, '.'); folder(t, 'a/b'); t.close()");
  EXPECT_EQ(lab.result(), "a/\na/b/\n");
}

TEST(Unpack, LetsTheLaterEntryWin) {
  ArchiveLab lab;
  lab.make(R"(
t = tarfile.open(out, 'w')
add(t, 'x', b'first'); link(t, 'hard', 'x', tarfile.LNKTYPE); add(t, 'x', b'second')
link(t, 'l', 'x'); add(t, 'l', b'file now')
link(t, 'd', '/etc'); folder(t, 'd'); add(t, 'd/x', b'3')
add(t, 'e', b'4'); link(t, 'e', 'x')
t.close())");
  EXPECT_EQ(lab.result(), "d/\nd/x=3\ne->x\nhard=first\nl=file now\nx=second\n");
}

TEST(Unpack, RestoresTimesAlsoOfDirectoriesAndPartsOfASecond) {
  ArchiveLab lab;
  lab.make(R"(
t = tarfile.open(out, 'w', format=tarfile.PAX_FORMAT)
folder(t, 'a', mtime=1000000); folder(t, 'a/d', mtime=2000000)
add(t, 'a/d/x', b'1', mtime=3000000.25); link(t, 'a/d/l', 'x'); add(t, 'a/y', b'1')
t.close())");
  lab.unpack();
  struct stat status {};
  ASSERT_EQ(lstat((lab.target() + "/d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 2000000);
  ASSERT_EQ(lstat((lab.target() + "/d/x").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 3000000);
  EXPECT_EQ(status.st_mtim.tv_nsec, 250000000);
}

TEST(Unpack, GivesTheSameModesUnderAnyUmask) {
  ArchiveLab lab;
  lab.make(R"(
t = tarfile.open(out, 'w')
folder(t, 'd'); add(t, 'd/x', b'1', mode=0o755); add(t, 'e/y', b'1', mode=0o600)
t.close())");
  mode_t before = umask(0077);
  std::string tree = lab.result();
  umask(before);
  EXPECT_EQ(tree, "d/\nd/x*=1\ne/\ne/y=1\n");
}

TEST(Unpack, KeepsNamesAsBytesInAnyLocale) {
  ArchiveLab lab;
  for (const char* format : {"PAX_FORMAT", "GNU_FORMAT"}) {
    lab.make("t = tarfile.open(out, 'w', format=tarfile." + std::string(format) + R"()
add(t, 'e\u0301x', b'decomposed'); add(t, '\u00e9', b'composed'); add(t, 'b\udcff\udcfe', b'no UTF-8')
link(t, 'hard', 'e\u0301x', tarfile.LNKTYPE); link(t, 'soft', 'e\u0301x')
add(t, 'long/' + 'n' * 150 + '\u00e9', b'long')
t.close())");
    EXPECT_EQ(lab.result(),
              "b\xff\xfe=no UTF-8\ne\xcc\x81x=decomposed\nhard=decomposed\nlong/\nlong/" +
                  std::string(150, 'n') + "\xc3\xa9=long\nsoft->e\xcc\x81x\n\xc3\xa9=composed\n")
        << format;
  }
}

TEST(Unpack, KeepsHolesOfSparseFiles) {
  ArchiveLab lab;
  // GNU format 1.0 in pax headers: two pieces of data, a hole between them and one at the end.
  lab.make(R"(
t = tarfile.open(out, 'w', format=tarfile.PAX_FORMAT)
pieces = b'2\n0\n4\n1048576\n4\n'
data = pieces + b'\0' * (512 - len(pieces)) + b'headtail'
info = tarfile.TarInfo('GNUSparseFile.0/x'); info.size = len(data)
info.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'x',
                    'GNU.sparse.realsize': '2097152'}
t.addfile(info, io.BytesIO(data)); add(t, 'y', b'1')
t.close())");
  lab.unpack();
  std::string content = read_file(lab.target() + "/x");
  ASSERT_EQ(content.size(), 2097152U);
  EXPECT_EQ(content.substr(0, 5), std::string("head\0", 5));
  EXPECT_EQ(content.substr(1048575, 6), std::string("\0tail\0", 6));
}

TEST(Unpack, ShowsEveryByteOnceAndInOrderAlsoAfterTheLastEntry) {
  ArchiveLab lab;
  const std::string entry = "t = tarfile.open(out, 'w:%'); add(t, 'x', b'1' * 300000); t.close()";
  for (std::string compression : {"", "gz", "bz2", "xz"}) {
    std::string script = entry;
    script.replace(script.find('%'), 1, compression);
    lab.make(script + "\nopen(out, 'ab').write(b'\\0' * 700000)\n");
    std::string seen;
    UnpackReport report = lab.unpack({.seen = [&](std::string_view piece) { seen += piece; }});
    EXPECT_EQ(seen, lab.bytes()) << compression;
    EXPECT_EQ(report.bytes, 300000) << compression;
    EXPECT_EQ(report.entries, 1) << compression;
  }
}

TEST(Unpack, ShowsAllOfAnInvalidFileTooSoThatItsDigestIsKnown) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w'); add(t, '../x', b'1' * 100); t.close()");
  lab.set_bytes(lab.bytes() + std::string(600000, 'g'));
  std::string seen;
  EXPECT_EQ(lab.result({.seen = [&](std::string_view piece) { seen += piece; }}),
            "archive.unsafe-path");
  EXPECT_EQ(seen, lab.bytes());
}

TEST(Unpack, PassesOnWhatSeenThrows) {
  ArchiveLab lab;
  for (const char* mode : {"w", "w:gz", "w:xz"}) {
    lab.make("t = tarfile.open(out, '" + std::string(mode) + "'); add(t, 'x', b'1'); t.close()");
    auto seen = [](std::string_view) { throw Error(ErrorKind::failed, "test.seen", "no"); };
    EXPECT_EQ(lab.result({.seen = seen}), "test.seen") << mode;
  }
}

TEST(Unpack, OfZipKeepsExecutableBitsSymlinksAndNames) {
  ArchiveLab lab;
  lab.make(R"(
z = zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED)
def put(name, data, mode):
    info = zipfile.ZipInfo(name); info.create_system = 3; info.external_attr = mode << 16
    z.writestr(info, data)
put('p/', b'', 0o40755); put('p/run', b'#!', 0o100755); put('p/l', b'run', 0o120777); put('p/\u00e9', b'1', 0o100600)
z.close())");
  EXPECT_EQ(lab.result(), "l->run\nrun*=#!\n\xc3\xa9=1\n");
}

TEST(Unpack, OfGzipReadsAllMembers) {
  ArchiveLab lab;
  lab.make(R"(
import gzip
plain = io.BytesIO(); t = tarfile.open(fileobj=plain, mode='w')
add(t, 'x', bytes(range(256)) * 4000); t.close()
whole = plain.getvalue()
with open(out, 'wb') as f:
    for start in range(0, len(whole), 70001):
        f.write(gzip.compress(whole[start:start + 70001]))
    f.write(gzip.compress(b''))
)");
  lab.unpack();
  EXPECT_EQ(fs::file_size(lab.target() + "/x"), 1024000U);
}

TEST(Unpack, OfGzipReadsNamesCommentsAndExtraFieldsOfTheHeader) {
  ArchiveLab lab;
  lab.make(R"(
import gzip, zlib
plain = io.BytesIO(); t = tarfile.open(fileobj=plain, mode='w'); add(t, 'x', b'1'); t.close()
packed = gzip.compress(plain.getvalue())
head = b'\x1f\x8b\x08\x1e' + packed[4:10] + b'\x03\x00abc' + b'name\0' + b'comment\0'
open(out, 'wb').write(head + (zlib.crc32(head) & 0xffff).to_bytes(2, 'little') + packed[10:]))");
  EXPECT_EQ(lab.result(), "x=1\n");
}

TEST(Unpack, OfZstandardWorks) {
  ArchiveLab lab;
  lab.make(R"(
import subprocess
t = tarfile.open(out + '.tar', 'w'); add(t, 'x', b'1' * 100000); add(t, 'y', b'2'); t.close()
# One frame of one raw block per 100 kB: what any compressor may write (RFC 8878, 3.1.1).
data = open(out + '.tar', 'rb').read(); frame = b'\x28\xb5\x2f\xfd' + b'\x00' + b'\x58'
for at in range(0, len(data), 100000):
    piece = data[at:at + 100000]; last = at + 100000 >= len(data)
    frame += (int(last) | len(piece) << 3).to_bytes(3, 'little') + piece
open(out, 'wb').write(frame))");
  EXPECT_EQ(lab.unpack().bytes, 100001);
}

TEST(Unpack, ListsNamesWithoutWriting) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w:gz'); folder(t, './a'); add(t, './a/x', b'1'); t.close()");
  EXPECT_EQ(lab.names(), (std::vector<std::string>{"a", "a/x"}));
  EXPECT_FALSE(fs::exists(lab.target()));
}

TEST(Unpack, StopsWhenAsked) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w'); add(t, 'x', b'1'); t.close()");
  Dir dir = Dir::create(lab.target());
  Fd fd(open(lab.file().c_str(), O_RDONLY | O_CLOEXEC));
  std::stop_source source;
  source.request_stop();
  std::string text =
      message_of([&] { unpack_archive(fd.get(), "a.tar", dir, {}, source.get_token()); });
  EXPECT_TRUE(text.starts_with("reading a.tar was stopped")) << text;
}

} // namespace
} // namespace hdist
