#include "build/postprocess.h"

#include "base/error.h"
#include "base/path.h"
#include "base/process.h"
#include "build/elf.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace hdist {

namespace {

namespace fs = std::filesystem;

const std::string kSearchPath = "/usr/local/bin:/usr/bin:/bin";

/// A store with artifacts at their final places.
class StoreFolder : public testing::Test {
protected:
  std::string path(const std::string& name) const { return join_path(root_.path(), name); }

  PostprocessRequest request_for(const std::string& artifact) const {
    PostprocessRequest request;
    request.artifact = path("store/" + artifact);
    request.store_roots = {path("store")};
    return request;
  }
  void link(const std::string& target, const std::string& name) const {
    fs::create_directories(parent_path(path(name)));
    fs::create_symlink(target, path(name));
  }
  std::string target(const std::string& name) const { return fs::read_symlink(path(name)); }

  TempDir root_;
  RecordedEvents events_;
};

// --- symlinks and libtool files

TEST_F(StoreFolder, AbsoluteLinksIntoArtifactsBecomeRelative) {
  write_file(path("store/a/aaaaaaaaaaaa/lib/libx.so.1"), "");
  write_file(path("store/b/bbbbbbbbbbbb/share/x"), "");
  const std::string a = path("store/a/aaaaaaaaaaaa");
  link(a + "/lib/libx.so.1", "store/a/aaaaaaaaaaaa/lib/libx.so");
  link(a, "store/a/aaaaaaaaaaaa/share/doc/top");
  link(path("store/b/bbbbbbbbbbbb/share/x"), "store/a/aaaaaaaaaaaa/share/x");
  link(path("store/b/bbbbbbbbbbbb"), "store/a/aaaaaaaaaaaa/b");
  PostprocessRequest request = request_for("a/aaaaaaaaaaaa");
  request.relative_symlinks = true;
  EXPECT_EQ(postprocess(request, events_).links, 4);
  EXPECT_EQ(target("store/a/aaaaaaaaaaaa/lib/libx.so"), "libx.so.1");
  EXPECT_EQ(target("store/a/aaaaaaaaaaaa/share/doc/top"), "../..");
  EXPECT_EQ(target("store/a/aaaaaaaaaaaa/share/x"), "../../../b/bbbbbbbbbbbb/share/x");
  EXPECT_EQ(target("store/a/aaaaaaaaaaaa/b"), "../../b/bbbbbbbbbbbb");
}

TEST_F(StoreFolder, OtherLinksStay) {
  fs::create_directories(path("store/a/aaaaaaaaaaaa"));
  const std::vector<std::string> targets{"/etc/passwd", "relative/x", path("store"),
                                         path("store2/b/bbbbbbbbbbbb")};
  for (std::size_t i = 0; i < targets.size(); ++i)
    link(targets[i], "store/a/aaaaaaaaaaaa/" + std::to_string(i));
  PostprocessRequest request = request_for("a/aaaaaaaaaaaa");
  request.relative_symlinks = true;
  EXPECT_EQ(postprocess(request, events_).links, 0);
  for (std::size_t i = 0; i < targets.size(); ++i)
    EXPECT_EQ(target("store/a/aaaaaaaaaaaa/" + std::to_string(i)), targets[i]);
}

TEST_F(StoreFolder, LinksByAnotherSpellingOfTheStoreBecomeRelativeToo) {
  write_file(path("store/a/aaaaaaaaaaaa/x"), "");
  link("store", "spelled");
  link(path("spelled/a/aaaaaaaaaaaa/x"), "store/a/aaaaaaaaaaaa/y");
  PostprocessRequest request = request_for("a/aaaaaaaaaaaa");
  request.store_roots.push_back(path("spelled"));
  request.relative_symlinks = true;
  postprocess(request, events_);
  EXPECT_EQ(target("store/a/aaaaaaaaaaaa/y"), "x");
}

TEST_F(StoreFolder, RemovesLibtoolFilesOnly) {
  const std::string artifact = "store/a/aaaaaaaaaaaa";
  write_file(path(artifact + "/lib/libx.la"), "# libx.la - a libtool library file\n# Generated\n");
  write_file(path(artifact + "/share/words.la"), "lingua latina\n");
  write_file(path(artifact + "/lib/libx.a"), "libtool library file");
  PostprocessRequest request = request_for("a/aaaaaaaaaaaa");
  request.remove_libtool = true;
  EXPECT_EQ(postprocess(request, events_).removed, 1);
  EXPECT_FALSE(fs::exists(path(artifact + "/lib/libx.la")));
  EXPECT_TRUE(fs::exists(path(artifact + "/share/words.la")));
  EXPECT_TRUE(fs::exists(path(artifact + "/lib/libx.a")));
}

TEST_F(StoreFolder, LeavesItsOwnFolderAlone) {
  link(path("store/a/aaaaaaaaaaaa"), "store/a/aaaaaaaaaaaa/_hashdist/x");
  PostprocessRequest request = request_for("a/aaaaaaaaaaaa");
  request.relative_symlinks = true;
  EXPECT_EQ(postprocess(request, events_).links, 0);
}

// --- run paths, with real programs

/// The programs below: tool (own lib, mid) <- mid <- base.
class RunPaths : public StoreFolder {
protected:
  void SetUp() override {
    if (!find_program("cc", kSearchPath)) GTEST_SKIP() << "no compiler cc";
    library(base_, "base", "int base(void) { return 1; }", {});
    library(mid_, "mid", "int base(void); int mid(void) { return base() + 10; }", {base_});
    library(tool_, "own", "int own(void) { return 100; }", {});
  }

  static Env environment() {
    Env env;
    env.set("PATH", kSearchPath);
    return env;
  }

  void compile(const std::string& out, const std::string& code, std::vector<std::string> args,
               const std::string& run_path) {
    const std::string source = path("source.c");
    write_file(source, code);
    fs::create_directories(parent_path(out));
    Command command;
    command.argv = {"cc", "-o", out, source};
    command.argv.insert(command.argv.end(), args.begin(), args.end());
    command.env = environment();
    if (!run_path.empty()) command.env.set("LD_RUN_PATH", run_path);
    capture(command);
  }

  std::vector<JobImport> imports(const std::vector<std::string>& artifacts) const {
    std::vector<JobImport> list;
    list.reserve(artifacts.size());
    for (const std::string& artifact : artifacts)
      list.push_back({artifact, path(artifact), std::nullopt});
    return list;
  }

  /// lib<name>.so.1, linked by its soname to the lib<x>.so.1 of `uses`.
  void library(const std::string& artifact, const std::string& name, const std::string& code,
               const std::vector<std::string>& uses) {
    std::vector<std::string> args{"-shared", "-fPIC", "-Wl,-soname,lib" + name + ".so.1"};
    for (const std::string& used : uses)
      args.push_back(path(used + "/lib/lib" + used.substr(6, used.find('/', 6) - 6) + ".so.1"));
    compile(path(artifact + "/lib/lib" + name + ".so.1"), code, args,
            padded_run_path(imports(uses), path(artifact)));
  }

  void tool(const std::string& run_path, const std::string& file = "/bin/tool") {
    compile(path(tool_ + file),
            "#include <stdio.h>\nint mid(void); int own(void);\n"
            "int main(void) { printf(\"%d\", mid() + own()); return 0; }",
            {path(mid_ + "/lib/libmid.so.1"), path(tool_ + "/lib/libown.so.1"),
             "-Wl,--allow-shlib-undefined"},
            run_path);
  }
  std::string tool_run_path() const { return padded_run_path(imports({mid_, base_}), path(tool_)); }

  PostprocessReport process(const std::string& artifact, const std::vector<std::string>& uses) {
    PostprocessRequest request = request_for(artifact.substr(6));
    request.imports = imports(uses);
    request.relative_rpath = true;
    return postprocess(request, events_);
  }

  ElfDynamic dynamic(const std::string& name) const {
    return *read_elf_dynamic(read_file(path(name)));
  }

  std::string output_of(const std::string& program) {
    Command command;
    command.argv = {program};
    command.env = environment();
    command.env.set("LD_LIBRARY_PATH", path("decoy"));
    return capture(command);
  }

  /// Libraries of the right names and wrong content, where a module of the host would put them.
  void decoys() {
    compile(path("decoy/libmid.so.1"), "int mid(void) { return 7000; }", {"-shared", "-fPIC"}, "");
    compile(path("decoy/libbase.so.1"), "int base(void) { return 7000; }", {"-shared", "-fPIC"},
            "");
    compile(path("decoy/libown.so.1"), "int own(void) { return 7000; }", {"-shared", "-fPIC"}, "");
  }

  const std::string base_ = "store/base/aaaaaaaaaaaa";
  const std::string mid_ = "store/mid/bbbbbbbbbbbb";
  const std::string tool_ = "store/tool/cccccccccccc";
};

TEST_F(RunPaths, NameTheImportsThatAreNeededAndTheOwnLibLast) {
  tool(tool_run_path());
  const PostprocessReport report = process(tool_, {base_, mid_});
  EXPECT_EQ(report.by_patchelf, 0);
  EXPECT_EQ(dynamic(tool_ + "/bin/tool").run_path,
            "$ORIGIN/../../../mid/bbbbbbbbbbbb/lib:$ORIGIN/../lib");
  EXPECT_TRUE(dynamic(tool_ + "/bin/tool").is_rpath);
  EXPECT_EQ(process(mid_, {base_}).run_paths, 1);
  EXPECT_EQ(dynamic(mid_ + "/lib/libmid.so.1").run_path,
            "$ORIGIN/../../../base/aaaaaaaaaaaa/lib:$ORIGIN");
  EXPECT_EQ(read_file(path(tool_ + "/bin/tool")).find("xxxxxxxx"), std::string::npos);
}

TEST_F(RunPaths, WorkAfterTheStoreHasMovedAndAgainstDecoys) {
  tool(tool_run_path());
  decoys();
  process(tool_, {base_, mid_});
  process(mid_, {base_});
  EXPECT_EQ(output_of(path(tool_ + "/bin/tool")), "111");
  fs::rename(path("store"), path("moved"));
  EXPECT_EQ(output_of(path("moved/tool/cccccccccccc/bin/tool")), "111");
}

TEST_F(RunPaths, AreDroppedWhereTheyServeNothing) {
  compile(path(tool_ + "/bin/tool"), "int main(void) { return 0; }", {}, tool_run_path());
  EXPECT_EQ(process(tool_, {base_, mid_}).run_paths,
            2); // tool and libown.so.1, which need only libc
  EXPECT_FALSE(dynamic(tool_ + "/bin/tool").has_run_path);
  EXPECT_EQ(output_of(path(tool_ + "/bin/tool")), "");
}

TEST_F(RunPaths, AreMadeByPatchelfWhereThereIsNoRoom) {
  if (!find_program("patchelf", kSearchPath)) GTEST_SKIP() << "no program patchelf";
  tool("");
  decoys();
  EXPECT_FALSE(dynamic(tool_ + "/bin/tool").has_run_path);
  EXPECT_EQ(process(tool_, {base_, mid_}).by_patchelf, 1);
  process(mid_, {base_});
  EXPECT_TRUE(dynamic(tool_ + "/bin/tool").is_rpath);
  EXPECT_EQ(output_of(path(tool_ + "/bin/tool")), "111");
}

TEST_F(RunPaths, KeepSymbolsThatShareTheTextOfATooShortOne) {
  if (!find_program("patchelf", kSearchPath)) GTEST_SKIP() << "no program patchelf";
  // The linker merges the name "lib" with the end of the run path "/lib".
  compile(path(tool_ + "/lib/libshared.so.1"), "int mid(void); int lib(void) { return mid(); }",
          {"-shared", "-fPIC", "-Wl,-O2", path(mid_ + "/lib/libmid.so.1")}, "/lib");
  EXPECT_EQ(process(tool_, {mid_}).by_patchelf, 1);
  process(mid_, {base_});
  compile(path(tool_ + "/bin/tool"),
          "#include <stdio.h>\nint lib(void);\nint main(void) { printf(\"%d\", lib()); return 0; }",
          {path(tool_ + "/lib/libshared.so.1"), "-Wl,--allow-shlib-undefined"},
          path(tool_ + "/lib"));
  EXPECT_EQ(output_of(path(tool_ + "/bin/tool")), "11");
}

TEST_F(RunPaths, SayWhichPackageIsMissingWherePatchelfIsNeeded) {
  tool("");
  PostprocessRequest request = request_for("tool/cccccccccccc");
  request.imports = imports({mid_});
  request.relative_rpath = true;
  request.patchelf = "no-such-patchelf";
  const std::string text = message_of([&] { postprocess(request, events_); });
  EXPECT_NE(text.find("no-such-patchelf is not there"), std::string::npos) << text;
  EXPECT_NE(text.find(path(tool_ + "/bin/tool")), std::string::npos) << text;
}

TEST_F(RunPaths, AreTheSameWhenMadeTwice) {
  tool(tool_run_path());
  process(tool_, {base_, mid_});
  const std::string first = read_file(path(tool_ + "/bin/tool"));
  EXPECT_EQ(process(tool_, {base_, mid_}).run_paths, 0);
  EXPECT_EQ(read_file(path(tool_ + "/bin/tool")), first);
}

TEST_F(RunPaths, AreMadeInReadOnlyFilesAndModesStay) {
  tool(tool_run_path());
  const std::string file = path(tool_ + "/bin/tool");
  ASSERT_EQ(::chmod(file.c_str(), 0555), 0);
  process(tool_, {base_, mid_});
  EXPECT_TRUE(dynamic(tool_ + "/bin/tool").is_rpath);
  EXPECT_EQ(fs::status(file).permissions(), static_cast<fs::perms>(0555));
}

TEST_F(RunPaths, OfAHardLinkedFileAreMadeOnceAndItStaysOneFile) {
  tool(tool_run_path());
  fs::create_hard_link(path(tool_ + "/bin/tool"), path(tool_ + "/bin/alias"));
  EXPECT_EQ(process(tool_, {base_, mid_}).run_paths, 2); // and libown.so.1
  EXPECT_TRUE(fs::equivalent(path(tool_ + "/bin/tool"), path(tool_ + "/bin/alias")));
}

TEST_F(RunPaths, DoNotReachAFileThatHasANameOutside) {
  tool(tool_run_path());
  const std::string outside = path(mid_ + "/bin/tool");
  fs::create_directories(parent_path(outside));
  fs::create_hard_link(path(tool_ + "/bin/tool"), outside);
  const std::string before = read_file(outside);
  process(tool_, {base_, mid_});
  EXPECT_EQ(read_file(outside), before);
  EXPECT_TRUE(dynamic(tool_ + "/bin/tool").is_rpath);
  EXPECT_EQ(fs::status(path(tool_ + "/bin/tool")).permissions(), fs::status(outside).permissions());
}

TEST_F(RunPaths, OfDeepFilesClimbToTheArtifact) {
  tool(tool_run_path(), "/libexec/a/b/c/d/e/f/g/tool");
  const std::string file = tool_ + "/libexec/a/b/c/d/e/f/g/tool";
  EXPECT_EQ(process(tool_, {base_, mid_}).by_patchelf, 0);
  decoys();
  process(mid_, {base_});
  EXPECT_EQ(output_of(path(file)), "111");
}

TEST_F(RunPaths, KeepAPrivateDirectoryThatHoldsANeededLibrary) {
  fs::create_directories(path(tool_ + "/lib/private"));
  fs::rename(path(tool_ + "/lib/libown.so.1"), path(tool_ + "/lib/private/libown.so.1"));
  compile(path(tool_ + "/bin/tool"), "int own(void); int main(void) { return own() - 100; }",
          {path(tool_ + "/lib/private/libown.so.1")},
          path(tool_ + "/lib/private") + ":" + tool_run_path());
  process(tool_, {base_, mid_});
  EXPECT_EQ(dynamic(tool_ + "/bin/tool").run_path, "$ORIGIN/../lib/private");
  EXPECT_EQ(output_of(path(tool_ + "/bin/tool")), "");
}

TEST_F(RunPaths, OfAnImportInAnotherStoreAreAbsolute) {
  fs::create_directories(path("other/mid"));
  fs::rename(path(mid_), path("other/mid/bbbbbbbbbbbb"));
  compile(path(tool_ + "/bin/tool"), "int mid(void); int main(void) { return mid(); }",
          {path("other/mid/bbbbbbbbbbbb/lib/libmid.so.1"), "-Wl,--allow-shlib-undefined"},
          tool_run_path());
  process(tool_, {"other/mid/bbbbbbbbbbbb"});
  EXPECT_EQ(dynamic(tool_ + "/bin/tool").run_path,
            path("other/mid/bbbbbbbbbbbb/lib") + ":$ORIGIN/../lib");
}

TEST_F(RunPaths, PreferTheArtifactsOwnLibraryToAnImportsOfThatName) {
  fs::create_directories(path(base_ + "/lib"));
  fs::copy(path(tool_ + "/lib/libown.so.1"), path(base_ + "/lib/libown.so.1"));
  tool(tool_run_path());
  process(tool_, {base_, mid_});
  EXPECT_EQ(dynamic(tool_ + "/bin/tool").run_path,
            "$ORIGIN/../../../mid/bbbbbbbbbbbb/lib:$ORIGIN/../lib");
}

TEST_F(RunPaths, WarnOfALibraryThatOnlyTheBuildDirectoryHas) {
  compile(path("build/libfar.so"), "int far(void) { return 0; }", {"-shared", "-fPIC"}, "");
  compile(path(tool_ + "/bin/tool"), "int far(void); int main(void) { return far(); }",
          {"-L" + path("build"), "-lfar"}, path("build"));
  process(tool_, {base_, mid_});
  EXPECT_FALSE(dynamic(tool_ + "/bin/tool").has_run_path);
  ASSERT_EQ(events_.messages().size(), 1u);
  EXPECT_NE(events_.messages()[0].text.find("libfar.so in " + path("build")), std::string::npos);
}

TEST_F(RunPaths, OfObjectsArchivesScriptsAndLinksAreNotLookedFor) {
  compile(path(tool_ + "/lib/x.o"), "int x;", {"-c"}, "");
  write_file(path(tool_ + "/lib/libx.a"), "!<arch>\n");
  write_file(path(tool_ + "/bin/script"), "#!/bin/sh\n");
  write_file(path(tool_ + "/bin/empty"), "");
  link("/bin/sh", tool_ + "/bin/sh");
  const std::string before = read_file(path(tool_ + "/lib/x.o"));
  EXPECT_EQ(process(tool_, {base_, mid_}).run_paths, 1); // libown.so.1
  EXPECT_EQ(read_file(path(tool_ + "/lib/x.o")), before);
}

} // namespace

} // namespace hdist
