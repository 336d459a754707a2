// fetch_settings.h: what the settings say about fetching.
#pragma once

#include "config/config.h"
#include "config/paths.h"
#include "source/fetch.h"

#include <string>

namespace hdist {

/// All but what a command says (refresh, offline). Without sources.deb-suites the suite is that of
/// the file `os_release`.
FetchOptions fetch_settings(const Config& config, const Paths& paths,
                            const std::string& os_release = "/etc/os-release");

} // namespace hdist
