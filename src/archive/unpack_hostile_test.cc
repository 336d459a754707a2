// Archives made to escape, to fill the disk, or simply damaged.
#include "archive/archive_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

std::string tar_of(const std::string& entries) {
  return "t = tarfile.open(out, 'w')\n" + entries + "\nt.close()";
}

TEST(HostileArchive, CannotWriteToAnAbsoluteOrClimbingPath) {
  ArchiveLab lab;
  for (const char* name : {"/tmp/evil", "../evil", "a/../../evil", "a/..", "..", "", "/"}) {
    lab.make(tar_of("add(t, 'fine', b'1'); add(t, '" + std::string(name) + "', b'evil')"));
    EXPECT_EQ(lab.result(), "archive.unsafe-path") << name;
    EXPECT_FALSE(fs::exists(lab.path() + "/evil")) << name;
  }
}

TEST(HostileArchive, CannotWriteThroughASymlinkOfItsOwn) {
  ArchiveLab lab;
  for (const char* target : {"..", "/tmp", "d", "../target"}) {
    std::string start = "folder(t, 'd'); link(t, 'l', '" + std::string(target) + "')\n";
    for (const char* entry :
         {"add(t, 'l/evil', b'1')", "folder(t, 'l/evil')", "link(t, 'l/evil', 'x')",
          "add(t, 'x', b'1'); link(t, 'l/evil', 'x', tarfile.LNKTYPE)"}) {
      lab.make(tar_of(start + entry));
      EXPECT_EQ(lab.result(), "archive.unsafe-path") << target << " " << entry;
      EXPECT_FALSE(fs::exists(lab.path() + "/evil")) << target << " " << entry;
    }
  }
}

TEST(HostileArchive, CannotHardLinkToWhatIsOutside) {
  ArchiveLab lab;
  write_file(lab.path() + "/secret", "secret");
  lab.make(tar_of("link(t, 'x', '../secret', tarfile.LNKTYPE)"));
  EXPECT_EQ(lab.result(), "archive.unsafe-path");
  lab.make(tar_of("link(t, 'x', '/etc/passwd', tarfile.LNKTYPE)"));
  EXPECT_EQ(lab.result(), "archive.unsafe-path");
  lab.make(tar_of("link(t, 'l', '../secret'); link(t, 'x', 'l', tarfile.LNKTYPE)"));
  EXPECT_EQ(lab.result(), "archive.unsafe-entry");
  lab.make(tar_of("link(t, 'l', '..'); link(t, 'x', 'l/secret', tarfile.LNKTYPE)"));
  EXPECT_EQ(lab.result(), "archive.unsafe-path");
  lab.make(tar_of("folder(t, 'd'); link(t, 'x', 'd', tarfile.LNKTYPE)"));
  EXPECT_EQ(lab.result(), "archive.unsafe-entry");
  lab.make(tar_of("link(t, 'x', 'later', tarfile.LNKTYPE); add(t, 'later', b'1')"));
  EXPECT_EQ(lab.result(), "archive.invalid");
  EXPECT_EQ(fs::hard_link_count(lab.path() + "/secret"), 1U);
}

TEST(HostileArchive, CannotMakeDevicesOrFifos) {
  ArchiveLab lab;
  for (const char* type : {"CHRTYPE", "BLKTYPE", "FIFOTYPE"}) {
    lab.make(tar_of("add(t, 'x', type=tarfile." + std::string(type) + ", devmajor=1, devminor=3)"));
    EXPECT_EQ(lab.result(), "archive.unsafe-entry") << type;
    EXPECT_TRUE(fs::is_empty(lab.target())) << type;
  }
}

TEST(HostileArchive, CannotMakeAFileADirectoryOrTheOtherWayRound) {
  ArchiveLab lab;
  lab.make(tar_of("add(t, 'x', b'1'); add(t, 'x/y', b'2')"));
  EXPECT_EQ(lab.result(), "archive.invalid");
  lab.make(tar_of("folder(t, 'x'); add(t, 'x/y', b'2'); add(t, 'x', b'1')"));
  EXPECT_EQ(lab.result(), "archive.invalid");
}

TEST(HostileArchive, GetsNoSetIdBits) {
  ArchiveLab lab;
  lab.make(tar_of("add(t, 'x', b'1', mode=0o6755); add(t, 'd/y', b'1', mode=0o7000)"));
  EXPECT_EQ(lab.result(), "d/\nd/y=1\nx*=1\n");
}

TEST(HostileArchive, OfTooManyBytesIsRefusedBeforeTheyAreWritten) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w:gz'); add(t, 'x', b'\\0' * 3_000_000); t.close()");
  UnpackOptions options;
  options.limits.bytes = 2'999'999;
  EXPECT_EQ(lab.result(options), "archive.too-large");
  EXPECT_TRUE(fs::is_empty(lab.target()));
  options.limits.bytes = 3'000'000;
  EXPECT_NE(lab.result(options), "archive.too-large");
}

TEST(HostileArchive, MayNotHideBytesInSparseFilesHeadersOrAfterTheEnd) {
  ArchiveLab lab;
  UnpackOptions options;
  options.limits.bytes = 10'000;
  options.limits.entries = 10;
  lab.make(R"(
import gzip
t = tarfile.open(out, 'w:gz'); add(t, 'x', b'1'); t.close()
with open(out, 'ab') as f: f.write(gzip.compress(b'\0' * 3_000_000)))");
  EXPECT_EQ(lab.result(options), "archive.too-large");
  lab.make(R"(
t = tarfile.open(out, 'w', format=tarfile.PAX_FORMAT)
info = tarfile.TarInfo('GNUSparseFile.0/x'); info.size = 512
info.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'x',
                    'GNU.sparse.realsize': str(1 << 50)}
t.addfile(info, io.BytesIO(b'0\n' + b'\0' * 510)); t.close())");
  EXPECT_EQ(lab.result(options), "archive.too-large");
}

TEST(HostileArchive, OfTooManyEntriesOrTooLongNamesIsRefused) {
  ArchiveLab lab;
  UnpackOptions options;
  options.limits.entries = 10;
  lab.make(tar_of("for i in range(11): add(t, 'f%d' % i)"));
  EXPECT_EQ(lab.result(options), "archive.too-large");
  lab.make(tar_of("add(t, '/'.join('a' * 5000))"));
  EXPECT_EQ(lab.result(), "archive.too-large");
  lab.make(tar_of("link(t, 'x', 'a/' * 3000)"));
  EXPECT_EQ(lab.result(), "archive.too-large");
}

TEST(HostileArchive, MayBeThousandsOfDirectoriesDeepWithinTheLimit) {
  ArchiveLab lab;
  UnpackOptions options;
  options.limits.path_bytes = 20'000;
  lab.make(
      tar_of("add(t, '/'.join('a' * 1500), b'deep'); add(t, 'a/' * 1000 + 'b', b'less deep')"));
  lab.unpack(options);
  std::string at = lab.target(); // hoisted: 1,000 common directories are gone
  EXPECT_EQ(read_file(at + "/b"), "less deep");
  for (int i = 0; i < 499; ++i)
    at += "/a";
  EXPECT_EQ(read_file(at + "/a"), "deep");
}

TEST(HostileArchive, CutOffAnywhereIsInvalid) {
  ArchiveLab lab;
  for (const char* compression : {"", "gz", "bz2", "xz"}) {
    lab.make("t = tarfile.open(out, 'w:" + std::string(compression) +
             R"(', format=tarfile.PAX_FORMAT)
import random
noise = random.Random(1)
folder(t, 'p'); add(t, 'p/x', noise.randbytes(3000)); link(t, 'p/l', 'x'); add(t, 'p/' + 'n' * 200, b'')
add(t, 'p/y', noise.randbytes(2000)); t.close())");
    std::string whole = lab.bytes();
    EXPECT_EQ(whole.size() % 512 == 0, std::string(compression).empty());
    std::size_t end =
        whole.find_last_not_of('\0') / 512 * 512 + 512; // an end mark of one block is enough
    for (std::size_t size = 0; size <= std::min(end, whole.size() - 1); size += 512) {
      lab.set_bytes(whole.substr(0, size));
      ArchiveKind kind = archive_kind_of(whole.substr(0, 512)).value();
      EXPECT_EQ(lab.result({}, kind), "archive.invalid") << compression << " " << size;
    }
  }
}

TEST(HostileArchive, WithAFlippedBitIsInvalidWhenThereIsAChecksum) {
  ArchiveLab lab;
  for (const char* compression : {"gz", "bz2", "xz"}) {
    lab.make("t = tarfile.open(out, 'w:" + std::string(compression) +
             "'); add(t, 'x', b'1' * 700); t.close()");
    std::string whole = lab.bytes();
    ArchiveKind kind = archive_kind_of(whole.substr(0, 512)).value();
    const std::string right = lab.result();
    std::size_t start =
        std::string(compression) == "gz" ? 10 : 0; // the time in a gzip header is anything
    for (std::size_t at = start; at < whole.size(); at += 3) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
      lab.set_bytes(damaged);
      std::string result = lab.result({}, kind);
      // A bit that stands for nothing, such as the padding in bzip2's last byte, may be anything.
      EXPECT_TRUE(result == "archive.invalid" || result == right) << compression << " " << at;
    }
  }
}

TEST(HostileArchive, OfGzipWithTrailingGarbageIsInvalidButPaddingIsNot) {
  ArchiveLab lab;
  lab.make("t = tarfile.open(out, 'w:gz'); add(t, 'x', b'1'); t.close()");
  std::string whole = lab.bytes();
  lab.set_bytes(whole + std::string(1000, '\0'));
  EXPECT_EQ(lab.result(), "x=1\n");
  for (const std::string& garbage :
       {std::string("x"), std::string("\0\0x", 3), std::string("\x1f"), whole.substr(0, 20)}) {
    lab.set_bytes(whole + garbage);
    EXPECT_EQ(lab.result(), "archive.invalid");
  }
}

TEST(HostileArchive, OfNestedCompressionIsInvalid) {
  ArchiveLab lab;
  lab.make(R"(
import bz2, gzip, lzma
plain = io.BytesIO(); t = tarfile.open(fileobj=plain, mode='w'); add(t, 'x', b'1'); t.close()
for name, pack in (('gz', gzip), ('bz2', bz2), ('xz', lzma)):
    open(out + '.' + name, 'wb').write(pack.compress(pack.compress(plain.getvalue())))
open(out + '.mixed', 'wb').write(gzip.compress(lzma.compress(plain.getvalue()))))");
  for (const char* name : {".gz", ".bz2", ".xz", ".mixed"}) {
    lab.set_bytes(read_file(lab.file() + name));
    EXPECT_EQ(lab.result(), "archive.invalid") << name;
  }
}

TEST(HostileArchive, OfZipCannotClimbAndIsCheckedByItsCrc) {
  ArchiveLab lab;
  for (const char* name : {"../evil", "/tmp/evil", "a/../../evil"}) {
    lab.make("z = zipfile.ZipFile(out, 'w'); z.writestr('" + std::string(name) +
             "', 'x'); z.close()");
    EXPECT_EQ(lab.result(), "archive.unsafe-path") << name;
  }
  lab.make(R"(
z = zipfile.ZipFile(out, 'w'); z.writestr('x', b'content'); z.close()
data = open(out, 'rb').read()
open(out, 'wb').write(data.replace(b'content', b'cONTENT')))");
  EXPECT_EQ(lab.result(), "archive.invalid");
}

TEST(HostileArchive, OfZipThatIsCutOffIsInvalid) {
  ArchiveLab lab;
  lab.make("z = zipfile.ZipFile(out, 'w'); z.writestr('x', b'1' * 5000); z.writestr('y', b'2'); "
           "z.close()");
  std::string whole = lab.bytes();
  for (std::size_t size = 0; size < whole.size(); size += 101) {
    lab.set_bytes(whole.substr(0, size));
    EXPECT_EQ(lab.result({}, ArchiveKind{ArchiveFormat::zip, ArchiveCompression::none}),
              "archive.invalid")
        << size;
  }
}

TEST(HostileArchive, OfZipThatIsABombIsStopped) {
  ArchiveLab lab;
  lab.make("z = zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED); z.writestr('x', b'\\0' * "
           "3_000_000); z.close()");
  UnpackOptions options;
  options.limits.bytes = 1'000'000;
  EXPECT_EQ(lab.result(options), "archive.too-large");
}

TEST(HostileArchive, IsNamedInTheErrorTogetherWithTheEntry) {
  ArchiveLab lab;
  lab.make(tar_of("add(t, '../evil\\x1b[2J', b'1')"));
  std::string text = message_of([&] { lab.unpack(); });
  EXPECT_EQ(text, "a.tar has the entry ../evil\\x1b[2J, whose name ../evil\\x1b[2J is not a path "
                  "below the target");
}

} // namespace
} // namespace hdist
