// The commands that make room, and what they must not touch: gc, root.
#include "base/error.h"
#include "base/text.h"
#include "config/keys.h"
#include "ops/gc_op.h"
#include "ops/root_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <ctime>
#include <map>

namespace hdist {

namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string age_text(int64_t last_use_s) {
  constexpr int64_t kDayS = 86'400;
  int64_t days = (static_cast<int64_t>(std::time(nullptr)) - last_use_s) / kDayS;
  return days <= 0 ? "today" : counted(static_cast<std::size_t>(days), "day", "days") + " ago";
}

std::string reason_text(const GcReason& reason) {
  std::string text;
  for (const ArtifactId& id : reason.chain)
    text += fmt::format("{} needs it, ", id.short_text());
  switch (reason.kind) {
  case GcReason::Kind::root:
    return text + "root " + printable(reason.text);
  case GcReason::Kind::process:
    return text + printable(reason.text);
  case GcReason::Kind::recent:
    return text + "used " + age_text(reason.last_use_s);
  case GcReason::Kind::artifact:
    return text + "which is there";
  }
  return text;
}

/// "3 unfinished files"; every line of its own with --verbose.
template <typename Items>
std::string leftovers_text(const Items& items, const std::string& verb, bool verbose) {
  std::string text;
  std::map<std::string, std::pair<std::size_t, int64_t>> sums;
  for (const auto& item : items) {
    if (verbose)
      text += fmt::format("{}  {}  {}  ({})\n", verb, printable(item.path),
                          human_size(item.size_bytes), item.what);
    auto& [count, size_bytes] = sums[item.what];
    ++count;
    size_bytes += item.size_bytes;
  }
  if (verbose) return text;
  for (const auto& [what, sum] : sums)
    text += fmt::format("{}  {} x {}  {}\n", verb, sum.first, what, human_size(sum.second));
  return text;
}

std::string kept_text(const GcReport& report, bool verbose) {
  std::string text;
  int64_t size_bytes = 0;
  for (const GcKept& kept : report.kept) {
    size_bytes += kept.size_bytes;
    if (verbose)
      text += fmt::format("stays    {}  {}  {}\n", kept.id.short_text(),
                          human_size(kept.size_bytes), reason_text(kept.reason));
  }
  text += fmt::format("{} ({}) {}", counted(report.kept.size(), "artifact", "artifacts"),
                      human_size(size_bytes), report.kept.size() == 1 ? "stays" : "stay");
  if (report.of_others > 0)
    text += fmt::format("; {} that nothing needs are other users'", report.of_others);
  if (report.spared > 0)
    text += fmt::format("; so do {} ({}) that nothing needs, since there is enough without them",
                        report.spared, human_size(report.spared_bytes));
  return text + "\n";
}

std::string gc_text(const GcResponse& response, bool verbose) {
  const GcReport& report = response.artifacts;
  std::string verb = response.dry_run ? "would go" : "removed ";
  std::string text;
  for (const OldGeneration& generation : response.generations)
    text += fmt::format("{}  {}  {}  a generation made {}\n", verb, printable(generation.path),
                        human_size(generation.size_bytes), age_text(generation.made_at_s));
  for (const GcRemoved& removed : report.removed)
    text += fmt::format("{}  {}  {}  nothing needs it, used {}\n", verb, removed.id.short_text(),
                        human_size(removed.size_bytes), age_text(removed.last_use_s));
  text += leftovers_text(report.leftovers, verb, verbose);
  text += leftovers_text(response.builds, verb, verbose);
  for (const std::string& path : report.gone_roots)
    text += fmt::format("{}  the root {}, which leads nowhere\n", verb, printable(path));
  text += kept_text(report, verbose);
  text += fmt::format("{} {}\n", response.dry_run ? "would free" : "freed",
                      human_size(response.freed_bytes()));
  return text;
}

constexpr std::string_view kAgeForm =
    "a time like \"1 week\" or \"36 hours\", or 0 for all that nothing needs";

/// The value of an option such as "--grace"; nullopt when it is not given. `form` says what it
/// takes.
std::optional<int64_t> parsed(const Arguments& arguments, const std::string& option,
                              std::optional<int64_t> (*parse)(std::string_view),
                              std::string_view form) {
  std::optional<std::string> text = arguments.value(option);
  if (!text) return std::nullopt;
  std::optional<int64_t> value = parse(*text);
  if (!value || *value < 0)
    throw Error(ErrorKind::usage, "usage." + option.substr(2),
                fmt::format("{} takes {}, not '{}'", option, form, printable(*text)));
  return value;
}

void check_is_of_artifacts(const Arguments& arguments) {
  if (!arguments.flag("--keep-build-deps") && !arguments.value("--older-than") &&
      !arguments.value("--free"))
    return;
  throw Error(
      ErrorKind::usage, "usage.invalid",
      "--older-than, --free and --keep-build-deps are of artifacts; sources go as [sources] "
      "keep-TAG and keep-TYPE say");
}

int gc_action(Cli& cli, const Arguments& arguments) {
  if (arguments.flag("--sources")) {
    check_is_of_artifacts(arguments);
    return collect_sources_action(cli, arguments);
  }
  GcRequest request;
  request.dry_run = arguments.flag("--dry-run");
  request.grace_s = parsed(arguments, "--grace", parse_grace, kGraceForm);
  request.ignore_unreadable = arguments.flag("--ignore-unreadable");
  request.older_than_s = parsed(arguments, "--older-than", parse_keep, kAgeForm);
  request.free_bytes = parsed(arguments, "--free", parse_size, kSizeForm);
  request.keep_build_deps = arguments.flag("--keep-build-deps");
  GcResponse response = collect_garbage(cli.session(), request);
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(gc_text(response, cli.verbose()));
  if (request.free_bytes && response.freed_bytes() < *request.free_bytes)
    cli.events().notice(fmt::format(
        "that is less than {}; nothing more may go now{}", human_size(*request.free_bytes),
        request.older_than_s == 0
            ? ""
            : " (--older-than 0 takes also what was used lately and nothing needs)"));
  for (const std::string& problem : response.artifacts.unreadable)
    cli.events().warning("ignored, as told: " + printable(problem));
  for (const std::string& failure : response.artifacts.failures)
    cli.events().warning("not removed: " + printable(failure));
  return response.artifacts.failures.empty() ? 0 : exit_code(ErrorKind::failed);
}

std::string root_text(const RootEntry& entry) {
  const FollowedRoot& root = entry.root;
  std::string what = root.path.empty() ? "-" : printable(root.path);
  std::string who = root.process ? *root.process : fmt::format("uid {}", root.uid);
  std::string leads;
  if (root.state == FollowedRoot::State::unreadable)
    leads = "cannot be read: " + printable(root.problem);
  else if (root.state == FollowedRoot::State::gone)
    leads = "leads nowhere";
  else if (root.ids.size() == 1)
    leads = root.ids.front().short_text();
  else
    leads = counted(root.ids.size(), "artifact", "artifacts");
  return fmt::format("{}  {}  {}\n", what, who, leads);
}

int root_action(Cli& cli, const Arguments& arguments) {
  std::string verb = *arguments.value("VERB");
  const std::vector<std::string>& words = arguments.values("WHAT");
  RootResponse response;
  if (verb == "list" && words.empty())
    response = list_roots(cli.session());
  else if (verb == "add" && !words.empty())
    response = add_roots(cli.session(), {words});
  else if (verb == "rm" && !words.empty())
    response = remove_roots(cli.session(), {words});
  else
    throw Error(ErrorKind::usage, "usage.invalid",
                "'root' takes 'list', or 'add' or 'rm' and paths or names");
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const RootEntry& entry : response.roots)
    text += root_text(entry);
  cli.print(text);
  return 0;
}

} // namespace

CliCommand gc_command() {
  return {
      {"gc",
       "clean",
       "remove what nothing needs any more",
       "Artifacts stay while a profile's generation, a root, a running process or another "
       "artifact needs them, and for a while after they were built or resolved ([gc] "
       "keep-unreferenced). Failed builds and old logs go as [builder] keep-failed and "
       "keep-logs say.\nBetween the decision and the removal there is time for others to say "
       "that they need something ([gc] grace); on a file system of this machine alone "
       "'--grace 0' is safe. With --verbose it also says why the rest stays.\nWith --free not "
       "all goes that may: left-overs and failed builds, then what takes the least time to "
       "build for its size, nothing before what needs it; old generations only when that is "
       "not enough.\nWith --sources, "
       "sources go that were not used for as long as [sources] keep-TAG says of one of their "
       "tags, or keep-TYPE of their type. Artifacts are left alone then.",
       {},
       {{"--sources", "", "", "remove sources that are past their time, instead", false},
        {"--dry-run", "", "", "say what would go, remove nothing", false},
        {"--grace", "", "TIME", "time between condemning and removing, such as '0'", false},
        {"--older-than", "", "TIME",
         "what nothing needs goes when it was not used for so long, whatever [gc] "
         "keep-unreferenced says",
         false},
        {"--free", "", "SIZE", "stop when so much is freed, such as 10G", false},
        {"--keep-build-deps", "", "", "keep what the kept artifacts were built with, too", false},
        {"--ignore-unreadable", "", "", "treat roots that cannot be read as if they were gone",
         false}},
       "",
       {"gc --dry-run", "gc --grace 0", "gc --older-than '1 week' --free 10G", "gc --sources"}},
      gc_action};
}

CliCommand root_command() {
  return {
      {"root",
       "clean",
       "protect artifacts from being removed by gc",
       "'root add' takes paths (links into the store, through any chain; profiles; folders of "
       "such links), names of profiles, and artifacts (id, name/PREFIX or name; a link to it is "
       "made). 'root rm' takes the same words. 'root list' shows what protects artifacts, of "
       "all users of the store, and where it leads. Generations of profiles are roots by "
       "themselves.",
       {{"VERB", "add, rm or list", true, false, {"add", "rm", "list"}},
        {"WHAT", "paths, profiles or artifacts", false, true}},
       {},
       "",
       {"root list", "root add ~/my-link", "root add lua", "root rm lua"}},
      root_action};
}

} // namespace hdist
