// Addresses of sources, of repositories and of the submodules that a repository names.
#include "fuzz/fuzz.h"
#include "net/http.h"
#include "source/address.h"
#include "source/git_tree.h"

using namespace hdist;

namespace {

void check_git(const std::optional<GitAddress>& address, bool may_be_local) {
  if (!address) return;
  require(!address->remote.empty() && address->remote.front() != '-', "git is given no option");
  // "helper::address", as git looks for it.
  const std::size_t scheme = address->remote.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  require(scheme == std::string::npos || !address->remote.substr(scheme).starts_with("::"),
          "git is given no program to run");
  require(address->ref.empty() || is_git_ref(address->ref), "a ref is one");
  require(may_be_local || !address->is_local, "a remote repository names no local one");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string text(text_of(data, size));
  const Address address = parse_address(text);
  require(address.text == text, "an address is kept as it was given");
  require(address.kind != Address::Kind::git || address.git, "a git address has its parts");
  check_git(address.git, true);
  const std::string name = address_file_name(text);
  require(name.find('/') == std::string::npos && name != "." && name != "..", "a name is one name");
  const std::string shown = public_address(text);
  require(public_address(shown) == shown, "what is public stays as it is");
  (void)percent_decode(text);
  if (const auto url = Url::parse(text)) {
    require(!url->path.empty() && url->path.front() == '/', "a path begins at the top");
    require(!url->host.empty() || (url->scheme != "http" && url->scheme != "https"),
            "http needs a host");
    require(url->port >= 0 && url->port <= 65535, "a port is one");
  }
  const GitAddress remote{.remote = "https://example.org/a/b.git", .host = "example.org"};
  check_git(parse_submodule_address(text, remote), false);
  for (const GitSubmodule& submodule : parse_git_submodules(text))
    check_git(parse_submodule_address(submodule.url, remote), false);
  return 0;
}
