#include "ui/keep_option.h"

#include "base/error.h"
#include "base/text.h"
#include "ops/session.h"
#include "ui/cli.h"

#include <fmt/format.h>

namespace hdist {

OptionInfo keep_option() {
  return {"--keep", "", "WHEN", "keep directories of builds: always, error (default) or never",
          false};
}

void set_keep(Cli& cli, const Arguments& arguments) {
  const std::optional<std::string> when = arguments.value("--keep");
  if (!when) return;
  if (*when == "always")
    cli.request().keep = KeepBuild::always;
  else if (*when == "error")
    cli.request().keep = KeepBuild::on_error;
  else if (*when == "never")
    cli.request().keep = KeepBuild::never;
  else
    throw Error(ErrorKind::usage, "usage.keep",
                fmt::format("--keep takes always, error or never, not '{}'", printable(*when)));
}

} // namespace hdist
