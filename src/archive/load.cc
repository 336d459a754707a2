// libarchive and what it needs cost 4 ms before main(), more than most commands take in all. So
// they are linked to a module that is opened when the first archive is read.
#include "archive/reader.h"

#include "base/module.h"

#include <mutex>

namespace hdist {

namespace {

struct Module {
  std::mutex mutex;
  std::string dir;
  OpenReaderFunction* open = nullptr;
};

Module& module() {
  static Module instance;
  return instance;
}

OpenReaderFunction* open_function() {
  Module& self = module();
  std::scoped_lock lock(self.mutex);
  if (self.open == nullptr)
    self.open = reinterpret_cast<OpenReaderFunction*>(
        load_module_function(self.dir, {"archive", "reads archives", "hdist_archive_open"}));
  return self.open;
}

} // namespace

void set_archive_module_dir(std::string dir) {
  Module& self = module();
  std::scoped_lock lock(self.mutex);
  self.dir = std::move(dir);
}

std::unique_ptr<EntryReader> open_reader(ArchiveFile& file, const ReaderOptions& options) {
  return std::unique_ptr<EntryReader>(open_function()(file, options));
}

} // namespace hdist
