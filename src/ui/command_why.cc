// The command why: what keeps an artifact.
#include "base/error.h"
#include "base/text.h"
#include "ops/kept_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

/// From what keeps it down to the artifact, a line each.
std::string chain_text(const GcReason& reason, const ArtifactId& id) {
  std::string text;
  switch (reason.kind) {
  case GcReason::Kind::root:
    text = fmt::format("root {} of the user with uid {}\n", printable(reason.text), reason.uid);
    break;
  case GcReason::Kind::process:
    text = fmt::format("{} of the user with uid {}\n", printable(reason.text), reason.uid);
    break;
  case GcReason::Kind::recent:
    text = fmt::format("used {}\n", utc_time(reason.last_use_s));
    break;
  case GcReason::Kind::artifact:
    break;
  }
  std::string indent;
  for (auto one = reason.chain.rbegin(); one != reason.chain.rend(); ++one) {
    text += indent + "`- " + one->short_text() + "\n";
    indent += "   ";
  }
  return text + indent + "`- " + id.short_text() + "\n";
}

std::string kept_text(const KeptResponse& response, const std::string& gc) {
  const StoredArtifact& artifact = response.artifact;
  const std::string name = artifact.id.short_text();
  if (!artifact.kept)
    return fmt::format("nothing keeps {}; it was last used {}, and the next '{}' takes it ({})\n",
                       name, utc_time(artifact.last_use_s), gc, human_size(artifact.size_bytes));
  std::string text = chain_text(*artifact.kept, artifact.id);
  if (response.until_s)
    text += fmt::format("nothing else keeps {}; '{}' takes it after {}\n", name, gc,
                        utc_time(*response.until_s));
  if (response.root_goes && !response.afterwards)
    text += fmt::format("that generation has had its time; the next '{}' takes both\n", gc);
  if (response.root_goes && response.afterwards)
    text += "that generation has had its time; then there is still\n" +
            chain_text(*response.afterwards, artifact.id);
  return text;
}

int why_action(Cli& cli, const Arguments& arguments) {
  if (!arguments.flag("--kept"))
    throw Error(ErrorKind::usage, "usage.invalid", "'why' takes '--kept' and an artifact");
  const KeptResponse response = why_kept(cli.session(), *arguments.value("ARTIFACT"));
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(kept_text(response, cli.command_text("gc")));
  for (const std::string& problem : response.unreadable)
    cli.events().warning("cannot be read, and may keep it: " + printable(problem));
  return 0;
}

} // namespace

CliCommand why_command() {
  return {{"why",
           "explain",
           "what keeps an artifact from being removed by gc",
           "With --kept it prints the shortest way from what keeps the artifact to it: a root (a "
           "profile's generation, a link that you registered), a running process, or a recent use "
           "and until when that counts. When nothing keeps it, it says so. The exit code is 0 "
           "either way.",
           {{"ARTIFACT", "id, name/prefix or name", true, false}},
           {{"--kept", "", "", "what keeps it", false}},
           "",
           {"why --kept zlib", "why --kept zlib/ab12"}},
          why_action};
}

} // namespace hdist
