// The archives that the original HashDist unpacked (tests/golden/archives.json), and where this
// program differs on purpose.
#include "archive/archive_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace hdist {
namespace {

constexpr const char* kSplit = R"(
import base64, json, os
golden, folder = json.load(open(sys.argv[2])), os.path.dirname(out)
for number, case in enumerate(golden['archives']):
    base = os.path.join(folder, 'case-%d' % number)
    open(base, 'wb').write(base64.b64decode(case['archive_base64']))
    open(base + '.name', 'w').write(case['type'] + ' ' + case['name'])
    lines = set()
    for e in case.get('unpacked', []):
        if 'symlink' in e: lines.add(e['path'] + '->' + e['symlink'])
        elif e.get('dir'): lines.add(e['path'] + '/')
        else:
            x = '*' if int(e['mode'], 8) & 0o111 else ''
            lines.add(e['path'] + x + '=' + base64.b64decode(e['content_base64']).decode())
    failed = 'fetch_error' in case or 'unpack_error' in case
    open(base + '.tree', 'w').write('error' if failed else ''.join(l + '\n' for l in sorted(lines)))
for number, case in enumerate(golden['common_path_prefix']):
    open(os.path.join(folder, 'prefix-%d' % number), 'w').write('\n'.join(case['paths'] + [case['prefix']]))
)";

/// What is a defect there (ORIGINAL.md 4.3), and what is done instead.
const std::map<std::string, std::string>& differences() {
  static const std::map<std::string, std::string> map = {
      {"tar.gz deep-common-prefix-empty-sibling-dir", "b/\nb/x=1\nb/y=2\nempty/\n"}, // was "pty/"
      {"tar.xz deep-common-prefix", "x=1\ny=2\n"},       // one component only there
      {"tar.xz two-top-dirs", "a/\na/x=1\nb/\nb/y=2\n"}, // the same
      {"tar.gz hardlink", "h=1\nx=1\n"},                 // failed
      {"tar.gz utf8-name", "caf\xc3\xa9=2\nx=1\n"},      // skipped the name
      {"tar.gz empty", ""},                              // failed
      {"zip single-top-dir",
       "README=hello\n\nconfigure*=#!/bin/sh\n\nsrc/\nsrc/a.c=int a;\n\n"}, // lost x
      {"zip dotdot-only", "archive.unsafe-path"},                           // dropped the ".."
      {"tar.gz dotdot-only", "archive.unsafe-path"},
      {"tar.gz absolute", "archive.unsafe-path"},
      {"tar.gz truncated", "archive.invalid"}, // accepted it
      {"zip not-an-archive", "archive.invalid"},
      {"tar.gz bz2-named-gz", "archive.invalid"},
  };
  return map;
}

std::optional<ArchiveKind> kind_named(const std::string& name) {
  static const std::map<std::string, ArchiveKind> kinds = {
      {"tar.gz", {ArchiveFormat::tar, ArchiveCompression::gzip}},
      {"tar.bz2", {ArchiveFormat::tar, ArchiveCompression::bzip2}},
      {"tar.xz", {ArchiveFormat::tar, ArchiveCompression::xz}},
      {"zip", {ArchiveFormat::zip, ArchiveCompression::none}},
  };
  return kinds.at(name);
}

class Vectors : public testing::Test {
protected:
  void SetUp() override {
    write_file(lab_.path() + "/split.py", std::string(kPythonStart) + kSplit);
    Command command;
    command.argv = {"/usr/bin/python3", lab_.path() + "/split.py", lab_.file(),
                    HDIST_GOLDEN_DIR "/archives.json"};
    command.env = Env::current();
    command.env.set("PYTHONUTF8", "1");
    (void)capture(command);
  }
  std::string part(const std::string& name) const { return read_file(lab_.path() + "/" + name); }
  bool has(const std::string& name) const {
    return std::filesystem::exists(lab_.path() + "/" + name);
  }
  ArchiveLab lab_;
};

TEST_F(Vectors, OfTheOriginalUnpackTheSameExceptForItsDefects) {
  int count = 0;
  for (std::string base = "case-0"; has(base); base = "case-" + std::to_string(++count)) {
    std::string name = part(base + ".name");
    auto difference = differences().find(name);
    std::string expected =
        difference == differences().end() ? part(base + ".tree") : difference->second;
    lab_.set_bytes(part(base));
    EXPECT_EQ(lab_.result({}, kind_named(name.substr(0, name.find(' ')))), expected) << name;
  }
  EXPECT_GE(count, 28);
}

TEST_F(Vectors, OfTheCommonPrefixGiveTheSameNumberOfComponents) {
  int count = 0;
  for (std::string base = "prefix-0"; has(base); base = "prefix-" + std::to_string(++count)) {
    std::vector<std::string> paths;
    std::string rest = part(base);
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      paths.push_back(rest.substr(0, end));
      rest.erase(0, end + 1);
    }
    // Absolute and climbing names are refused before they come to this rule.
    std::vector<std::string> safe;
    safe.reserve(paths.size());
    for (const std::string& path : paths)
      safe.push_back(safe_entry_path(path).value_or("skipped"));
    if (safe.front() == "skipped") continue;
    std::string prefix = safe_entry_path(rest).value_or("");
    int parts = static_cast<int>(std::count(prefix.begin(), prefix.end(), '/')) + 1;
    EXPECT_EQ(common_components(safe, {}), parts) << rest;
  }
  EXPECT_GE(count, 8);
}

} // namespace
} // namespace hdist
