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

std::optional<ProcessLook> look_at_process(int pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid == 0 ? "self" : std::to_string(pid));
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes{};
  const ssize_t size = file ? ::pread(file.get(), bytes.data(), bytes.size(), 0) : -1;
  if (size < 0) return std::nullopt;
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  const std::size_t name_end = text.rfind(')'); // the name may contain anything
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> fields = split_words(text.substr(name_end + 1));
  if (fields.size() < 20) return std::nullopt; // the first one is field 3
  const auto start = parse_int(fields[19]);
  if (!start) return std::nullopt;
  return ProcessLook{fields[0] != "Z" && fields[0] != "X", static_cast<uint64_t>(*start)};
}

} // namespace hdist
