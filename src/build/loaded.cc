#include "build/loaded.h"

#include "base/error.h"
#include "base/tree.h"
#include "build/elf.h"
#include "build/mapped_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr std::size_t kLongestLine = 4096; // far above what the kernel reads of an interpreter line
constexpr mode_t kAnyExecute = 0111;

std::string first_bytes(const Fd& file, const std::string& object) {
  std::array<char, kLongestLine> buffer{};
  ssize_t count = ::pread(file.get(), buffer.data(), buffer.size(), 0);
  if (count < 0) throw_errno("pread", object);
  return {buffer.data(), static_cast<std::size_t>(count)};
}

std::string loading_line(const Dir& parent, const TreeEntry& entry) {
  std::string object = join_path(parent.path(), base_name(entry.path));
  Fd file = parent.open_file(base_name(entry.path), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  std::string head = first_bytes(file, object);
  if (head.starts_with("#!") && (entry.stat.st_mode & kAnyExecute) != 0)
    return head.substr(0, head.find('\n'));
  if (!head.starts_with("\177ELF")) return "";
  MappedFile mapped(file, object);
  std::optional<ElfDynamic> dynamic = read_elf_dynamic(mapped.bytes());
  return dynamic ? dynamic->run_path : "";
}

} // namespace

std::string loading_lines(const Dir& root, std::stop_token stop) {
  std::string lines;
  walk_tree(
      root,
      [&](const Dir& parent, const TreeEntry& entry) {
        if (stop.stop_requested())
          throw Error(ErrorKind::interrupted, "build.interrupted", "interrupted");
        if (entry.type != EntryType::file) return;
        std::string line = loading_line(parent, entry);
        if (!line.empty()) lines += line + "\n";
      },
      [](const TreeEntry& entry) { return entry.path != kOwnFolder; });
  return lines;
}

} // namespace hdist
