#include "base/process_look.h"

#include "base/dir.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

namespace {

/// Of a file of /proc; "" when it cannot be read.
std::string first_bytes(int pid, const char* name) {
  const std::string path =
      fmt::format("/proc/{}/{}", pid == 0 ? "self" : std::to_string(pid), name);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes{};
  const ssize_t size = file ? ::pread(file.get(), bytes.data(), bytes.size(), 0) : -1;
  return {bytes.data(), static_cast<std::size_t>(size < 0 ? 0 : size)};
}

} // namespace

std::optional<ProcessLook> look_at_process(int pid) {
  const std::string text = first_bytes(pid, "stat");
  const std::size_t name_end = text.rfind(')'); // the name may contain anything
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string> fields = split_words(std::string_view(text).substr(name_end + 1));
  if (fields.size() < 20) return std::nullopt; // the first one is field 3
  const auto start = parse_int(fields[19]);
  if (!start) return std::nullopt;
  return ProcessLook{fields[0] != "Z" && fields[0] != "X", static_cast<uint64_t>(*start),
                     static_cast<int>(parse_int(fields[1]).value_or(0))};
}

int calling_process() {
  int process = ::getppid();
  while (process > 1) {
    const std::optional<ProcessLook> look = look_at_process(process);
    const std::string line = first_bytes(process, "cmdline");
    if (!look || look->parent < 1 || line.empty() || line != first_bytes(look->parent, "cmdline"))
      return process;
    process = look->parent;
  }
  return 1;
}

} // namespace hdist
