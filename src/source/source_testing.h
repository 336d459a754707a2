// source_testing.h: a source store in a directory of its own, and content for it. For tests only.
#pragma once

#include "archive/archive_testing.h"
#include "base/error.h"
#include "source/source_store.h"
#include "testing/testing.h"

#include <filesystem>
#include <functional>
#include <string>

namespace hdist {

/// Begins like a gzip file, which is all that a deposit looks at.
inline std::string fake_tar_gz(const std::string& content) {
  return std::string("\x1f\x8b\x08\x00", 4) + content;
}

class StoreLab {
public:
  StoreLab() : store(SourceStore::open(tmp_.path() + "/store")) {
    set_archive_module_dir(HDIST_MODULE_DIR);
  }
  std::string path(const std::string& name) const { return tmp_.path() + "/" + name; }
  SourceItem put(SourceType type, const std::string& bytes, const std::string& url = "") const {
    Deposit deposit = store.deposit();
    deposit.write(bytes);
    return deposit.finish(type, std::nullopt, url);
  }
  /// Files that are in the store's directory for unfinished things.
  std::size_t leftovers() const { return count(path("store/tmp")); }
  static std::size_t count(const std::string& directory) {
    namespace fs = std::filesystem;
    if (!fs::exists(directory)) return 0;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  }

private:
  TempDir tmp_;

public:
  SourceStore store;
};

} // namespace hdist
