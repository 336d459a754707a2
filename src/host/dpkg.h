// dpkg.h: what the package manager of Debian-like systems knows of a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct DpkgPackage {
  std::string name, version, architecture;
};

/// The packages that own `paths` (real paths; the /usr-merge forms of each are tried), by reading
/// info/*.list and status directly. One result per path, nullopt where no package owns it.
/// Diversions are honoured.
std::vector<std::optional<DpkgPackage>> dpkg_owners(const std::string& dpkg_dir,
                                                    const std::vector<std::string>& paths);

} // namespace hdist
