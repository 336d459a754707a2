// The commands of the source store: fetch, unpack, source, gc --sources.
#include "base/error.h"
#include "base/text.h"
#include "ops/fetch_op.h"
#include "ops/source_gc_op.h"
#include "ops/source_op.h"
#include "ops/unpack_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <ctime>
#include <map>

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
  cli.request().offline = arguments.flag("--offline");
  UnpackSourceResponse response = unpack_source(
      cli.session(), {*arguments.value("KEY"), *arguments.value("DIRECTORY"), strip_of(arguments)});
  if (cli.json()) cli.print_json(to_value(response));
  return 0;
}

std::string ago_text(int64_t time_s) {
  constexpr int64_t kDaySeconds = 86'400;
  int64_t days = (static_cast<int64_t>(std::time(nullptr)) - time_s) / kDaySeconds;
  if (days <= 0) return "today";
  return fmt::format("{} {} ago", days, days == 1 ? "day" : "days");
}

/// What a person knows it by: the first address, and the tags.
std::string about_text(const SourceItem& item) {
  std::string text = item.addresses.empty() ? "-" : printable(item.addresses.front().url);
  for (const std::string& tag : item.tags)
    text += "  #" + printable(tag);
  return text;
}

std::string line_text(const SourceItem& item) {
  return fmt::format("{}  {}  used {}  {}{}\n", item.key.str(), human_size(item.size_bytes),
                     ago_text(item.last_use_s), item.state == SourceState::whole ? "" : "damaged  ",
                     about_text(item));
}

std::string info_text(const SourceItem& item) {
  std::string text =
      fmt::format("key       {}\npath      {}\nsize      {} ({} bytes)\nlast use  {}\n",
                  item.key.str(), printable(item.path), human_size(item.size_bytes),
                  item.size_bytes, utc_time(item.last_use_s));
  if (item.state != SourceState::whole) text += "state     damaged: it counts as absent\n";
  if (item.tree) text += fmt::format("tree      {}\n", item.tree->str());
  for (const std::string& tag : item.tags)
    text += fmt::format("tag       {}\n", printable(tag));
  for (const SourceAddress& address : item.addresses)
    text += fmt::format("address   {} ({})\n", printable(address.url), utc_time(address.time_s));
  return text;
}

std::string removal_text(const SourceResponse& response, bool dry_run) {
  std::string text;
  for (const SourceItem& item : response.sources)
    text += fmt::format("{}  {}  {}\n", dry_run ? "would go" : "removed ", item.key.str(),
                        human_size(item.size_bytes));
  return text;
}

int verify_action(Cli& cli, const SourceRequest& request) {
  SourceResponse response = verify_sources(cli.session(), request);
  if (cli.json()) {
    cli.print_json(to_value(response));
  } else {
    std::string text;
    for (const SourceItem& item : response.repaired)
      text += fmt::format("repaired {}\n", item.key.str());
    for (const auto& [item, error] : response.damaged)
      text += fmt::format("damaged  {}  {}\n", item.key.str(), printable(error.message()));
    for (const auto& [item, error] : response.unread)
      text += fmt::format("not read {}  {}\n", item.key.str(), printable(error.message()));
    text += fmt::format("{} read, {} damaged", response.sources.size() - response.unread.size(),
                        response.damaged.size());
    if (!response.unread.empty())
      text += fmt::format(", {} could not be read", response.unread.size());
    cli.print(text + "\n");
  }
  return response.damaged.empty() && response.unread.empty() ? 0 : exit_code(ErrorKind::failed);
}

int source_action(Cli& cli, const Arguments& arguments) {
  std::string verb = *arguments.value("VERB");
  SourceRequest request{arguments.values("KEY"), arguments.flag("--dry-run"),
                        arguments.flag("--repair")};
  bool has_words = !request.words.empty();
  if (verb == "verify") return verify_action(cli, request);
  SourceResponse response;
  if (verb == "list" || (verb == "info" && has_words))
    response = list_sources(cli.session(), request);
  else if (verb == "rm" && has_words)
    response = remove_sources(cli.session(), request);
  else
    throw Error(ErrorKind::usage, "usage.invalid",
                fmt::format("'source {}' needs at least one key", verb));
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const SourceItem& item : response.sources)
    text += verb == "list" ? line_text(item) : info_text(item);
  cli.print(verb == "rm" ? removal_text(response, request.dry_run) : text);
  return 0;
}

std::string why_text(const SourceGcItem& item) {
  if (item.parent) return fmt::format("a submodule of {}", item.parent->str());
  if (item.others) return fmt::format("uid {} brought it", item.item.owner);
  if (item.in_use) return "in use";
  return fmt::format("used {}, keep-{} = {}", ago_text(item.item.last_use_s), item.rule.name,
                     item.rule.text);
}

/// What stays: each when they are few or asked for, else how many for which reason.
std::string staying_text(const SourceGcReport& report, bool each) {
  constexpr std::size_t kFew = 20;
  std::string text;
  std::map<std::string, std::pair<std::size_t, int64_t>> sums;
  for (const SourceGcItem& item : report.kept) {
    if (each || report.kept.size() <= kFew)
      text += fmt::format("stays     {}  {}  {}  {}\n", item.item.key.str(),
                          human_size(item.item.size_bytes), about_text(item.item), why_text(item));
    const std::string why = item.parent ? "a submodule of what stays"
                            : item.others || item.in_use
                                ? why_text(item)
                                : fmt::format("keep-{} = {}", item.rule.name, item.rule.text);
    auto& [count, size_bytes] = sums[why];
    ++count;
    size_bytes += item.item.size_bytes;
  }
  if (!text.empty()) return text;
  for (const auto& [why, sum] : sums)
    text += fmt::format("stays     {} x {}  {}\n", sum.first, why, human_size(sum.second));
  return text;
}

std::string gc_text(const SourceGcResponse& response, bool verbose) {
  const SourceGcReport& report = response.report;
  std::string verb = response.dry_run ? "would go" : "removed ";
  std::string text;
  for (const SourceGcItem& item : report.removed)
    text += fmt::format("{}  {}  {}  {}  {}\n", verb, item.item.key.str(),
                        human_size(item.item.size_bytes), about_text(item.item), why_text(item));
  if (report.leftovers.count > 0)
    text += fmt::format("{}  {} x what belongs to no source  {}\n", verb, report.leftovers.count,
                        human_size(report.leftovers.size_bytes));
  int64_t size_bytes = 0;
  for (const SourceGcItem& item : report.kept)
    size_bytes += item.item.size_bytes;
  if (verbose || response.dry_run) text += staying_text(report, verbose);
  text += fmt::format("{} {} ({}) {}\n", report.kept.size(),
                      report.kept.size() == 1 ? "source" : "sources", human_size(size_bytes),
                      report.kept.size() == 1 ? "stays" : "stay");
  return text + fmt::format("{} {}\n", response.dry_run ? "would free" : "freed",
                            human_size(report.freed_bytes));
}

} // namespace

int collect_sources_action(Cli& cli, const Arguments& arguments) {
  if (arguments.value("--grace") || arguments.flag("--ignore-unreadable"))
    throw Error(ErrorKind::usage, "usage.invalid",
                "'--grace' and '--ignore-unreadable' are about artifacts, '--sources' is not");
  SourceGcResponse response = collect_old_sources(cli.session(), {arguments.flag("--dry-run")});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(gc_text(response, cli.verbose()));
  for (const std::string& failure : response.report.failures)
    cli.events().warning("not removed: " + printable(failure));
  return response.report.failures.empty() ? 0 : exit_code(ErrorKind::failed);
}

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

CliCommand source_command() {
  return {
      {"source",
       "plumbing",
       "what is in the source store",
       "'source list' shows what there is, 'source info' all that is known of a source, 'source "
       "verify' reads sources (all, when none is named) and compares them with their keys, "
       "'source rm' removes some whatever the settings say. KEY is a key, or its beginning, 4 "
       "characters or more, with or without the type.",
       {{"VERB", "list, info, verify or rm", true, false, {"list", "info", "verify", "rm"}},
        {"KEY", "sources", false, true}},
       {{"--dry-run", "", "", "rm: say what would go, remove nothing", false},
        {"--repair", "", "", "verify: fetch what is damaged again, from where it came", false}},
       "",
       {"source list", "source info tar.gz:czgh", "source verify", "source rm git:1f0e"}},
      source_action};
}

CliCommand unpack_command() {
  return {{"unpack",
           "plumbing",
           "unpack a source into a directory, verified",
           "DIRECTORY must be absent or empty. It appears complete or not at all. Leading "
           "directories that everything shares are removed.\nWhat is not in the store is fetched "
           "from a mirror ([sources] mirrors) that has it; what is damaged there, from the "
           "addresses that gave it, too.",
           {{"KEY", "key of the source", true, false}, {"DIRECTORY", "where to", true, false}},
           {{"--strip", "", "N", "remove N leading directories instead", false},
            {"--offline", "", "", "use no network", false}},
           "",
           {"unpack tar.gz:... lua-5.4.4"}},
          unpack_action};
}

} // namespace hdist
