// Trees and commits of git, as a repository has them.
#include "source/git_objects.h"

#include "base/error.h"
#include "fuzz/fuzz.h"

#include <set>

using namespace hdist;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  try {
    std::set<std::string> names;
    for (const GitTreeEntry& entry : parse_git_tree(bytes, "tree")) {
      require(entry.object.size() == 40, "an object has its whole name");
      require(entry.name.find('/') == std::string::npos && entry.name != "." &&
                  entry.name != ".." && !entry.name.empty(),
              "a name is one name");
      require(names.insert(entry.name).second, "a name comes once");
    }
  } catch (const Error&) { // what is no tree
  }
  try {
    require(parse_git_commit(bytes, "commit").size() == 40, "a tree has its whole name");
  } catch (const Error&) { // what is no commit
  }
  return 0;
}
