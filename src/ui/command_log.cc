// The command log.
#include "base/text.h"
#include "ops/log_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/error_text.h"

#include <fmt/format.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr std::size_t kMostOfLine = 64 << 10; // a longer one is shown in pieces

int log_action(Cli& cli, const Arguments& arguments) {
  const LogRequest request{arguments.value("NAME")};
  LogResponse response = find_log(cli.session(), request);
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  if (arguments.flag("--path")) {
    cli.print(response.log.path + "\n");
    return 0;
  }
  // What programs print may hold commands for the terminal; a pipe gets it as it is.
  const bool to_terminal = ::isatty(STDOUT_FILENO) == 1;
  const LogOptions options{.times = arguments.flag("--times"),
                           .follow = arguments.flag("--follow")};
  std::string open_line; // for a terminal: until its end is there
  const auto show = [&](std::string_view piece) {
    if (!to_terminal) return cli.print(std::string(piece));
    const std::size_t end = piece.rfind('\n') + 1; // 0: none
    open_line += piece.substr(0, end);
    if (end > 0 || open_line.size() > kMostOfLine) {
      cli.print(printable_lines(open_line));
      open_line.clear();
    }
    open_line += piece.substr(end);
  };
  while (!read_log(response.log, options, show, cli.session().stop()))
    response = find_log(cli.session(), request); // it ended in between: its log is elsewhere now
  if (!open_line.empty()) cli.print(printable(open_line) + "\n");
  return 0;
}

} // namespace

CliCommand log_command() {
  return {{"log",
           "repair",
           "show the log of a build: running, failed or finished",
           "Without a name it is the build that runs, else the last that failed. Of several of one "
           "name a running one comes first, then the newest. Other directories for builds (TMPDIR, "
           "[builder] temp) than those of the build hide one that runs.",
           {{"NAME", "id, name/PREFIX or name of the artifact", false, false}},
           {{"--follow", "-f", "", "go on until the running build ends", false},
            {"--times", "", "", "each line after the second it came in (finished builds)", false},
            {"--path", "", "", "only print where the log is", false}},
           "",
           {"log", "log -f", "log lua", "log lua/ab12 --times"}},
          log_action};
}

} // namespace hdist
