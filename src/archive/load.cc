// libarchive and what it needs cost 4 ms before main(), more than most commands take in all. So
// they are linked to a module that is opened when the first archive is read. It stays open: errors
// thrown there may outlive the call.
#include "archive/reader.h"

#include "base/error.h"
#include "base/path.h"

#include <dlfcn.h>
#include <fmt/format.h>

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

std::string default_dir() {
  return join_path(parent_path(parent_path(real_path("/proc/self/exe"))), "lib/hdist");
}

[[noreturn]] void throw_load_error(const std::string& file) {
  const char* reason = dlerror();
  Error error(ErrorKind::failed, "archive.module",
              fmt::format("cannot load {}, which reads archives: {}", file,
                          reason == nullptr ? "unknown reason" : reason));
  error.advise({"Install this program again; this file belongs to it.", "", {}});
  throw error;
}

OpenReaderFunction* open_function() {
  Module& self = module();
  std::scoped_lock lock(self.mutex);
  if (self.open != nullptr) return self.open;
  std::string file = join_path(self.dir.empty() ? default_dir() : self.dir, "hdist-archive.so");
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw_load_error(file);
  void* symbol = dlsym(handle, "hdist_archive_open");
  if (symbol == nullptr) throw_load_error(file);
  self.open = reinterpret_cast<OpenReaderFunction*>(symbol);
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
