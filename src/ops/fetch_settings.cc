#include "ops/fetch_settings.h"

#include "base/named_file.h"
#include "base/path.h"
#include "base/text.h"

namespace hdist {

namespace {

/// VERSION_CODENAME=bookworm, perhaps quoted; "" when it is not said.
std::string codename(const std::string& os_release) {
  constexpr std::string_view kName = "VERSION_CODENAME=";
  constexpr int64_t kLargest = 1 << 20;
  const std::string text = read_named_file(os_release, kLargest).value_or("");
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with(kName)) continue;
    std::string_view value = trim(std::string_view(line).substr(kName.size()));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return "";
}

} // namespace

FetchOptions fetch_settings(const Config& config, const Paths& paths,
                            const std::string& os_release) {
  FetchOptions options;
  options.at_once = static_cast<int>(config.integer("sources", "downloads"));
  options.per_host = static_cast<int>(config.integer("sources", "downloads-per-host"));
  options.mirrors = config.paths("sources", "mirrors");
  DebMirrorOptions& deb = options.deb_mirror;
  deb.address = config.text("sources", "deb-mirror");
  deb.suites = config.list("sources", "deb-suites");
  if (!deb.address.empty() && deb.suites.empty())
    if (std::string suite = codename(os_release); !suite.empty()) deb.suites = {std::move(suite)};
  deb.components = config.list("sources", "deb-components");
  deb.keyring = config.text("sources", "deb-keyring");
  deb.check_signature = config.flag("sources", "deb-check-signature");
  deb.check_valid_until = config.flag("sources", "deb-check-valid-until");
  deb.state_dir = join_path(paths.cache, "deb");
  return options;
}

} // namespace hdist
