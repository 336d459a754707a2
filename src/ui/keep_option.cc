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

KeepBuild keep_called(const std::string& word) {
  if (word == "always") return KeepBuild::always;
  if (word == "error") return KeepBuild::on_error;
  if (word == "never") return KeepBuild::never;
  throw Error(ErrorKind::usage, "usage.keep",
              fmt::format("--keep takes always, error or never, not '{}'", printable(word)));
}

void set_keep(Cli& cli, const Arguments& arguments) {
  if (const std::optional<std::string> when = arguments.value("--keep"))
    cli.request().keep = keep_called(*when);
}

} // namespace hdist
