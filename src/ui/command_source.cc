// The commands of the source store: fetch, unpack.
#include "base/error.h"
#include "base/text.h"
#include "ops/fetch_op.h"
#include "ops/unpack_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

int fetch_action(Cli& cli, const Arguments& arguments) {
  cli.request().refresh = arguments.flag("--refresh");
  cli.request().offline = arguments.flag("--offline");
  FetchResponse response = fetch_sources(
      cli.session(), {sources_of_words(arguments.values("URL")), arguments.values("--tag")});
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const FetchedSource& source : response.sources)
    text += source.key.str() + "\n";
  cli.print(text);
  return 0;
}

std::optional<int> strip_of(const Arguments& arguments) {
  std::optional<std::string> text = arguments.value("--strip");
  if (!text) return std::nullopt;
  std::optional<int64_t> count = parse_int(*text);
  if (!count || *count < 0 || *count > 1000)
    throw Error(ErrorKind::usage, "usage.strip",
                fmt::format("--strip takes a number of directories, not '{}'", printable(*text)));
  return static_cast<int>(*count);
}

int unpack_action(Cli& cli, const Arguments& arguments) {
  UnpackSourceResponse response = unpack_source(
      cli.session(), {*arguments.value("KEY"), *arguments.value("DIRECTORY"), strip_of(arguments)});
  if (cli.json()) cli.print_json(to_value(response));
  return 0;
}

} // namespace

CliCommand fetch_command() {
  return {{"fetch",
           "plumbing",
           "put sources into the source store and print their keys",
           "URL is an http, https or file address, a path (of a file or a directory), a git "
           "repository (git://, ssh://, user@host:path, git+https://, or what ends in .git), or "
           "deb-src:PACKAGE[=VERSION]/FILE. A word after a repository is its branch, tag or "
           "commit. A word after it that is a key (tar.gz:..., "
           "sha256:HEX, sha256-BASE64) is what it is expected to give; other content is refused "
           "and kept nowhere.\nAn http address or a full commit seen before is not fetched again; "
           "a branch is always looked at.",
           {{"URL", "address, then its ref or the expected key", true, true}},
           {{"--tag", "-t", "TAG", "tag the source, for retention", true},
            {"--refresh", "", "", "ask known addresses again", false},
            {"--offline", "", "", "use no network", false}},
           "",
           {"fetch https://www.lua.org/ftp/lua-5.4.4.tar.gz", "fetch git://host/repo.git master"}},
          fetch_action};
}

CliCommand unpack_command() {
  return {{"unpack",
           "plumbing",
           "unpack a source into a directory, verified",
           "DIRECTORY must be absent or empty. It appears complete or not at all. Leading "
           "directories that everything shares are removed.",
           {{"KEY", "key of the source", true, false}, {"DIRECTORY", "where to", true, false}},
           {{"--strip", "", "N", "remove N leading directories instead", false}},
           "",
           {"unpack tar.gz:... lua-5.4.4"}},
          unpack_action};
}

} // namespace hdist
