#include "source/unpack_item.h"

#include "model/hitpack.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class ItemLab : public StoreLab {
public:
  /// The tree, or the code of the error.
  std::string unpack(const SourceItem& item, std::optional<int> strip = std::nullopt) const {
    fs::remove_all(path("target"));
    Dir target = Dir::create(path("target"));
    std::string code = code_of([&] { unpack_item(item, target, {.strip = strip}, {}); });
    return code == "(no error)" ? tree_text(path("target")) : code;
  }
  /// Other bytes under the same name.
  static void damage(const SourceItem& item, const std::string& bytes) {
    fs::permissions(item.path, fs::perms::owner_all);
    write_file(item.path, bytes);
  }
  static SourceItem archive(const StoreLab& lab, SourceType type, const std::string& mode) {
    ArchiveLab made;
    made.make("t = tarfile.open(out, '" + mode +
              "')\nadd(t, 'lua-5/src/a.c', b'int a;'); add(t, 'lua-5/run', b'x', mode=0o755)\n"
              "t.close()");
    return lab.put(type, made.bytes(), "https://h/lua-5.tar.gz");
  }
};

TEST(UnpackItem, AnArchiveLosesItsCommonTop) {
  ItemLab lab;
  SourceItem item = ItemLab::archive(lab, SourceType::tar_gz, "w:gz");
  EXPECT_EQ(lab.unpack(item), "run*=x\nsrc/\nsrc/a.c=int a;\n");
  EXPECT_EQ(lab.unpack(item, 0), "lua-5/\nlua-5/run*=x\nlua-5/src/\nlua-5/src/a.c=int a;\n");
  EXPECT_EQ(lab.unpack(ItemLab::archive(lab, SourceType::tar, "w")),
            "run*=x\nsrc/\nsrc/a.c=int a;\n");
}

TEST(UnpackItem, DamagedContentOfAnyTypeIsNamedAsThat) {
  ItemLab lab;
  SourceItem archive = ItemLab::archive(lab, SourceType::tar_gz, "w:gz");
  SourceItem plain = ItemLab::archive(lab, SourceType::tar, "w");
  SourceItem pack = lab.store.put_pack(write_hitpack({{"a", "1"}}));
  SourceItem file = lab.put(SourceType::file, "x");
  write_file(lab.path("tree/f"), "content");
  SourceItem dir = lab.store.put_directory(lab.path("tree"));
  for (const SourceItem& item : {archive, plain, pack, file, dir}) {
    std::string bytes = read_file(item.path);
    std::string changed = bytes;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    ItemLab::damage(item, changed);
    EXPECT_EQ(lab.unpack(item), "source.corrupt") << item.key.str();
    ItemLab::damage(item, bytes.substr(0, bytes.size() / 2));
    EXPECT_EQ(lab.unpack(item), "source.corrupt") << item.key.str();
    ItemLab::damage(item, "");
    EXPECT_EQ(lab.unpack(item), "source.corrupt") << item.key.str();
  }
}

TEST(UnpackItem, AnArchiveThatCameDamagedIsNotCalledCorruptInTheStore) {
  ItemLab lab;
  EXPECT_EQ(lab.unpack(lab.put(SourceType::tar_gz, fake_tar_gz("nonsense"))), "archive.invalid");
}

TEST(UnpackItem, APackGivesPlainFiles) {
  ItemLab lab;
  SourceItem item = lab.store.put_pack(write_hitpack({{"d/run.sh", "#!/bin/sh"}, {"a", ""}}));
  EXPECT_EQ(lab.unpack(item), "a=\nd/\nd/run.sh=#!/bin/sh\n");
}

TEST(UnpackItem, TheNameOfAFileIsItsUsersWhateverItsAddressesAre) {
  ItemLab lab;
  SourceItem item = lab.put(SourceType::file, "x", "https://h/p/fix.patch?raw=1");
  EXPECT_EQ(lab.unpack(item), "source=x\n");
  Dir target = Dir::create(lab.path("named"));
  unpack_item(item, target, {.strip = {}, .file_name = "a.patch"}, {});
  EXPECT_EQ(tree_text(lab.path("named")), "a.patch=x\n");
}

TEST(UnpackItem, OnlyArchivesCanBeStripped) {
  ItemLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  EXPECT_EQ(lab.unpack(item, 1), "source.strip");
  EXPECT_EQ(lab.unpack(item, 0), "source=x\n");
}

} // namespace
} // namespace hdist
