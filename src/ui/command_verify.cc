// The command verify: are artifacts as they were when they were made?
#include "base/error.h"
#include "base/text.h"
#include "ops/verify_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr std::size_t kShown = 20; // of one artifact, without --verbose

std::string damage_lines(const DamagedArtifact& one, bool all) {
  std::string text;
  std::size_t count = 0;
  for (const Damage& damage : one.damage) {
    if (!all && count++ == kShown) {
      text += fmt::format("  and {} more\n", one.damage.size() - kShown);
      break;
    }
    text += fmt::format("  {:<10} {}{}\n", damage_text(damage.kind), printable(damage.path),
                        damage.detail.empty() ? "" : "  " + printable(damage.detail));
  }
  return text;
}

std::string damaged_text(const DamagedArtifact& one, Cli& cli, bool tried) {
  std::string text = fmt::format("{}  {}  {}\n", one.repaired ? "repaired" : "damaged ",
                                 one.id.str(), printable(one.path)) +
                     damage_lines(one, cli.verbose());
  if (one.repaired) return text;
  if (!one.problem.empty()) text += "  it cannot be repaired: " + printable(one.problem) + "\n";
  if (!tried)
    text += "  -> " + cli.command_text("verify --repair " + one.id.short_text()) + "\n";
  else if (one.path.empty())
    text += "  -> " + cli.command_text("update") + " of its stack builds it again\n";
  else
    text += fmt::format("  -> {} of its stack gets what is missing; then '{}' again, or '{}'\n",
                        cli.command_text("update"),
                        cli.command_text("verify --repair " + one.id.short_text()),
                        cli.command_text("artifact rm " + one.id.short_text()));
  return text;
}

int verify_action(Cli& cli, const Arguments& arguments) {
  const bool repair = arguments.flag("--repair");
  const VerifyResponse response =
      verify_artifacts(cli.session(), {.words = arguments.values("ARTIFACT"),
                                       .quick = arguments.flag("--quick"),
                                       .repair = repair});
  if (cli.json()) {
    cli.print_json(to_value(response));
  } else {
    std::string text;
    std::size_t repaired = 0;
    for (const DamagedArtifact& one : response.damaged) {
      text += damaged_text(one, cli, repair);
      repaired += one.repaired ? 1 : 0;
    }
    text += fmt::format(
        "{} {} with {} files {}: {} damaged", response.artifact_count,
        response.artifact_count == 1 ? "artifact" : "artifacts", response.file_count,
        response.quick ? "looked at" : fmt::format("({}) read", human_size(response.read_bytes)),
        response.damaged.size());
    cli.print(text + (repair ? fmt::format(", {} repaired", repaired) : "") + "\n");
  }
  return response.is_whole() ? 0 : exit_code(ErrorKind::failed);
}

} // namespace

CliCommand verify_command() {
  return {{"verify",
           "repair",
           "compare artifacts with what they were when they were made",
           "Reads every file of the artifacts (all, when none is named) and compares names, types, "
           "modes, sizes, digests and targets of links with the list that each was registered "
           "with. The exit code is 1 when something is damaged and stays so. With --quick no "
           "content is read: a changed byte is not seen then.\nWith --repair wrong modes are set "
           "again; for other damage the artifact is built once more, from the spec in it, and "
           "takes the place of the damaged one in one step, whoever uses it meanwhile. What it was "
           "built from must be there for that.",
           {{"ARTIFACT", "id, name/prefix or name", false, true}},
           {{"--quick", "", "", "only what can be seen without reading files", false},
            {"--repair", "", "", "mend what is damaged", false}},
           "",
           {"verify", "verify --quick", "verify --repair lua"}},
          verify_action};
}

} // namespace hdist
