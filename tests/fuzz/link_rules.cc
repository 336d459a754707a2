// The rules by which an artifact comes into a profile: {"rules": ..., "environment": ...}, carried
// out.
#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "fuzz/scratch.h"
#include "profile/links.h"

#include <set>
#include <sys/stat.h>

using namespace hdist;

namespace {

/// An artifact with a few files, links and directories, made once.
class Artifact {
public:
  Artifact() {
    const Dir top = scratch_.emptied();
    for (const char* dir : {"bin", "lib", "lib/a", "lib/a/b", "share", "share/doc"})
      require(mkdirat(top.fd(), dir, 0755) == 0, "a directory can be made");
    for (const char* file : {"bin/run", "lib/liba.so.1", "lib/a/b/c.py", "share/doc/x", "LICENSE"})
      top.write_file(file, "content\n");
    for (const auto& [link, text] : {std::pair{"bin/same", "run"}, {"lib/liba.so", "liba.so.1"}})
      require(symlinkat(text, top.fd(), link) == 0, "a link can be made");
  }
  std::string path() const { return scratch_.path() + "/in"; }

private:
  Scratch scratch_;
};

const ArtifactId kId = *ArtifactId::parse("a/nodle477gt6odhllqbhp6wr7k5d23jhk");

void check_plan(const LinkPlan& plan, const Artifact& artifact) {
  std::set<std::string> paths;
  for (const PlannedEntry& entry : plan.entries) {
    require(!entry.path.empty() && entry.path.front() != '/' &&
                ("/" + entry.path + "/").find("/../") == std::string::npos,
            "nothing of a plan leads out of the profile");
    require(paths.insert(entry.path).second, "a place has one entry");
    const std::size_t slash = entry.path.rfind('/');
    require(slash == std::string::npos || paths.contains(entry.path.substr(0, slash)),
            "a directory comes before what is in it");
    require(entry.kind == PlannedEntry::Kind::directory ||
                entry.source.starts_with(artifact.path() + "/"),
            "what is linked is in the artifact");
  }
}

void check_wishes(const InstallWishes& wishes, const Artifact& artifact, const Scratch& scratch) {
  const std::string text = pretty_json(to_value(wishes));
  const Document again = read_json("again", text);
  require(read_install_wishes(again, again.root, "") == wishes,
          "wishes that are written can be read");
  if (wishes.rules.empty()) return;
  const LinkPlan plan = plan_links({{.id = kId, .path = artifact.path(), .install = wishes}});
  check_plan(plan, artifact);
  if (!plan.conflicts.empty()) return;
  carry_out(plan, scratch.emptied(), scratch.path() + "/in", "/");
  scratch.check();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const Artifact artifact;
  static const Scratch scratch;
  const std::string_view bytes = text_of(data, size);
  const std::size_t line = std::min(bytes.find('\n'), size);
  const std::string_view pattern = bytes.substr(0, line);
  require(pattern.find('*') != std::string_view::npos || glob_match(pattern, pattern) ||
              pattern.empty(),
          "a pattern without a star matches itself");
  (void)glob_match(pattern, bytes.substr(line));
  try {
    const Document document =
        read_json("input", std::string(bytes), {.bytes = 1 << 16, .nodes = 2000});
    check_wishes(read_install_wishes(document, document.root, ""), artifact, scratch);
  } catch (const Error& error) {
    require(error.kind() != ErrorKind::failed, "what is wrong is the document");
  }
  return 0;
}
