#include "build/elf.h"

#include <gtest/gtest.h>

#include <elf.h>

#include <algorithm>
#include <random>
#include <utility>

namespace hdist {

namespace {

struct Layout {
  bool is_64 = true;
  bool is_little = true;
};

/// A shared library as small as can be: one segment with everything in it, a dynamic table,
/// strings, symbols and a DT_HASH.
class TinyLibrary {
public:
  explicit TinyLibrary(Layout layout) : layout_(layout) { strings_.push_back('\0'); }

  uint64_t string(const std::string& text) {
    const uint64_t start = strings_.size();
    strings_ += text + '\0';
    return start;
  }
  void entry(uint64_t tag, uint64_t value) { dynamic_.emplace_back(tag, value); }
  void symbol(uint64_t name) { symbols_.push_back(name); }

  std::string bytes() const {
    const uint64_t header = layout_.is_64 ? 64 : 52;
    const uint64_t segment = layout_.is_64 ? 56 : 32;
    const uint64_t dynamic = header + 2 * segment;
    const uint64_t dynamic_size = (dynamic_.size() + 5) * 2 * address_size();
    const uint64_t strings = dynamic + dynamic_size;
    const uint64_t symbols = strings + strings_.size();
    const uint64_t hash = symbols + symbols_.size() * symbol_size();
    const uint64_t end = hash + 8;
    std::string out = head(header, segment);
    out += segment_bytes(PT_LOAD, 0, end) + segment_bytes(PT_DYNAMIC, dynamic, dynamic_size);
    auto entries = dynamic_;
    entries.insert(entries.end(), {{DT_STRTAB, kBase + strings},
                                   {DT_STRSZ, strings_.size()},
                                   {DT_SYMTAB, kBase + symbols},
                                   {DT_HASH, kBase + hash},
                                   {DT_NULL, 0}});
    for (const auto& [tag, value] : entries)
      out += number(tag, address_size()) + number(value, address_size());
    out += strings_;
    for (uint64_t name : symbols_)
      out += number(name, 4) + std::string(symbol_size() - 4, '\0');
    return out + number(0, 4) + number(symbols_.size(), 4);
  }

private:
  static constexpr uint64_t kBase = 0x10000;

  unsigned address_size() const { return layout_.is_64 ? 8 : 4; }
  unsigned symbol_size() const { return layout_.is_64 ? 24 : 16; }
  std::string number(uint64_t value, unsigned size) const {
    std::string out;
    for (unsigned i = 0; i < size; ++i)
      out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
    if (!layout_.is_little) std::reverse(out.begin(), out.end());
    return out;
  }
  std::string address(uint64_t value) const { return number(value, address_size()); }

  std::string head(uint64_t header, uint64_t segment) const {
    std::string out("\x7f"
                    "ELF");
    out += static_cast<char>(layout_.is_64 ? ELFCLASS64 : ELFCLASS32);
    out += static_cast<char>(layout_.is_little ? ELFDATA2LSB : ELFDATA2MSB);
    out += std::string(10, '\0') + number(ET_DYN, 2) + number(0, 2) + number(1, 4);
    out += address(0) + address(header) + address(0) + number(0, 4);
    out += number(header, 2) + number(segment, 2) + number(2, 2) + number(0, 6);
    return out;
  }

  std::string segment_bytes(uint64_t type, uint64_t offset, uint64_t size) const {
    if (layout_.is_64)
      return number(type, 4) + number(0, 4) + address(offset) + address(kBase + offset) +
             address(0) + address(size) + address(size) + address(0);
    return number(type, 4) + address(offset) + address(kBase + offset) + address(0) +
           address(size) + address(size) + number(0, 4) + address(0);
  }

  Layout layout_;
  std::string strings_;
  std::vector<std::pair<uint64_t, uint64_t>> dynamic_;
  std::vector<uint64_t> symbols_;
};

const std::string kOldPath = "/store/zlib/abc/lib:/padding/xxxxxxxxxxxx/";

/// Needs libz.so.1; its run path shares nothing.
TinyLibrary plain_library(Layout layout, uint64_t tag = DT_RUNPATH) {
  TinyLibrary library(layout);
  library.entry(DT_NEEDED, library.string("libz.so.1"));
  library.entry(DT_SONAME, library.string("libtiny.so.2"));
  library.entry(tag, library.string(kOldPath));
  library.symbol(0);
  library.symbol(library.string("tiny_call"));
  return library;
}

class ElfLayouts : public testing::TestWithParam<Layout> {};

TEST_P(ElfLayouts, ReadsNeededSonameAndRunPath) {
  const std::optional<ElfDynamic> dynamic = read_elf_dynamic(plain_library(GetParam()).bytes());
  ASSERT_TRUE(dynamic);
  EXPECT_EQ(dynamic->needed, (std::vector<std::string>{"libz.so.1"}));
  EXPECT_EQ(dynamic->soname, "libtiny.so.2");
  EXPECT_EQ(dynamic->run_path, kOldPath);
  EXPECT_TRUE(dynamic->has_run_path);
  EXPECT_FALSE(dynamic->is_rpath);
  EXPECT_EQ(dynamic->run_path_room, static_cast<int64_t>(kOldPath.size()));
}

TEST_P(ElfLayouts, OverwritesTheRunPathAndMakesItAnRpath) {
  const std::string before = plain_library(GetParam()).bytes();
  const std::optional<std::string> after = with_rpath(before, "$ORIGIN/../../../zlib/abc/lib");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->size(), before.size());
  const std::optional<ElfDynamic> dynamic = read_elf_dynamic(*after);
  ASSERT_TRUE(dynamic);
  EXPECT_EQ(dynamic->run_path, "$ORIGIN/../../../zlib/abc/lib");
  EXPECT_TRUE(dynamic->is_rpath);
  EXPECT_EQ(dynamic->needed, (std::vector<std::string>{"libz.so.1"}));
  EXPECT_EQ(after->find("xxxx"), std::string::npos); // the rest is zero
  EXPECT_NE(after->find("tiny_call"), std::string::npos);
}

TEST_P(ElfLayouts, RemovesTheRunPathForAnEmptyOne) {
  const std::optional<std::string> after = with_rpath(plain_library(GetParam()).bytes(), "");
  ASSERT_TRUE(after);
  const std::optional<ElfDynamic> dynamic = read_elf_dynamic(*after);
  ASSERT_TRUE(dynamic);
  EXPECT_FALSE(dynamic->has_run_path);
  EXPECT_EQ(dynamic->soname, "libtiny.so.2");
  EXPECT_EQ(after->find("/store"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(ClassesAndByteOrders, ElfLayouts,
                         testing::Values(Layout{true, true}, Layout{true, false},
                                         Layout{false, true}, Layout{false, false}));

TEST(Elf, GivesNoRoomBeyondTheOldText) {
  const std::string bytes = plain_library({}).bytes();
  EXPECT_TRUE(with_rpath(bytes, std::string(kOldPath.size(), 'y')));
  EXPECT_FALSE(with_rpath(bytes, std::string(kOldPath.size() + 1, 'y')));
}

TEST(Elf, KeepsASymbolWhoseNameTheLinkerMergedWithTheEndOfTheRunPath) {
  TinyLibrary library({});
  const std::string path = "/long/enough/to/hold/it/lib";
  const uint64_t start = library.string(path);
  library.entry(DT_RPATH, start);
  library.symbol(start + path.size() - 3); // "lib"
  const std::string bytes = library.bytes();
  EXPECT_EQ(read_elf_dynamic(bytes)->run_path_room, static_cast<int64_t>(path.size() - 4));
  const std::optional<std::string> after = with_rpath(bytes, "$ORIGIN");
  ASSERT_TRUE(after);
  const std::size_t at = static_cast<std::size_t>(read_elf_dynamic(bytes)->run_path_offset);
  EXPECT_EQ(after->substr(at, path.size()),
            "$ORIGIN" + std::string(path.size() - 10, '\0') + "lib");
  EXPECT_FALSE(with_rpath(bytes, std::string(path.size() - 3, 'y')));
}

TEST(Elf, DoesNotTouchARunPathThatIsTheEndOfAnotherString) {
  TinyLibrary library({});
  const uint64_t start = library.string("libz.so.1/lib");
  library.entry(DT_NEEDED, start);
  library.entry(DT_RPATH, start + 9);
  const std::string bytes = library.bytes();
  EXPECT_EQ(read_elf_dynamic(bytes)->run_path, "/lib");
  EXPECT_EQ(read_elf_dynamic(bytes)->run_path_room, 0);
  EXPECT_FALSE(with_rpath(bytes, "/l"));
  const std::optional<std::string> without = with_rpath(bytes, "");
  ASSERT_TRUE(without);
  EXPECT_EQ(read_elf_dynamic(*without)->needed, (std::vector<std::string>{"libz.so.1/lib"}));
}

TEST(Elf, LeavesOneOfARunpathAndAnRpath) {
  TinyLibrary library({});
  library.entry(DT_RPATH, library.string("/short"));
  library.entry(DT_NEEDED, library.string("libz.so.1"));
  library.entry(DT_RUNPATH, library.string("/the/longer/of/both"));
  const std::string bytes = library.bytes();
  EXPECT_EQ(read_elf_dynamic(bytes)->run_path, "/the/longer/of/both");
  const std::optional<std::string> after = with_rpath(bytes, "$ORIGIN/../lib");
  ASSERT_TRUE(after);
  EXPECT_EQ(read_elf_dynamic(*after)->run_path, "$ORIGIN/../lib");
  EXPECT_TRUE(read_elf_dynamic(*after)->is_rpath);
  EXPECT_EQ(read_elf_dynamic(*after)->needed, (std::vector<std::string>{"libz.so.1"}));
  EXPECT_EQ(after->find("/short"), std::string::npos);
}

TEST(Elf, WithoutRunPathThereIsNothingToOverwrite) {
  TinyLibrary library({});
  library.entry(DT_NEEDED, library.string("libz.so.1"));
  const std::string bytes = library.bytes();
  ASSERT_TRUE(read_elf_dynamic(bytes));
  EXPECT_FALSE(read_elf_dynamic(bytes)->has_run_path);
  EXPECT_FALSE(with_rpath(bytes, "x"));
  EXPECT_FALSE(with_rpath(bytes, ""));
}

TEST(Elf, OtherFilesAreNone) {
  EXPECT_FALSE(read_elf_dynamic(""));
  EXPECT_FALSE(read_elf_dynamic("#!/bin/sh\n"));
  EXPECT_FALSE(read_elf_dynamic("\x7f"
                                "ELF"));
  std::string object = plain_library({}).bytes();
  object[16] = ET_REL;
  EXPECT_FALSE(read_elf_dynamic(object));
}

TEST(Elf, EveryTruncationIsRefusedOrRead) {
  for (const Layout layout : {Layout{true, true}, Layout{false, false}}) {
    const std::string bytes = plain_library(layout).bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A copy of its own, so that a read past the end is seen.
      const std::vector<char> part(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(read_elf_dynamic({part.data(), part.size()})) << size;
    }
  }
}

TEST(Elf, DamagedFilesAreNeverReadOrWrittenOutside) {
  std::mt19937 random(1); // the same files in each run
  for (int round = 0; round < 6000; ++round) {
    std::string bytes =
        plain_library({random() % 2 == 0, random() % 2 == 0}, random() % 2 ? DT_RPATH : DT_RUNPATH)
            .bytes();
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    const std::vector<char> copy(bytes.begin(), bytes.end());
    const std::string_view view(copy.data(), copy.size());
    const std::optional<ElfDynamic> dynamic = read_elf_dynamic(view);
    EXPECT_LE(dynamic ? dynamic->run_path_room : 0, static_cast<int64_t>(bytes.size()));
    const std::optional<std::string> after = with_rpath(view, "$ORIGIN");
    EXPECT_EQ(after ? after->size() : bytes.size(), bytes.size());
  }
}

} // namespace

} // namespace hdist
