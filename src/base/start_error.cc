// Why a program could not be started. The kernel says ENOENT for a missing program, a missing
// folder, a missing #! interpreter and a missing loader alike; people need to know which.
#include "base/env.h"
#include "base/path.h"
#include "base/spawn.h"
#include "base/text.h"

#include <fmt/format.h>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace hdist {

namespace {

constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::string first_bytes(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return {};
  std::string bytes(4096, '\0');
  const ssize_t size = ::read(file.get(), bytes.data(), bytes.size());
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return bytes;
}

/// The loader (PT_INTERP) that a 64-bit ELF program of this byte order asks for.
std::optional<std::string> elf_loader(const std::string& bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header || bytes.compare(0, SELFMAG, ELFMAG) != 0) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return std::nullopt;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    const uint64_t offset = header.e_phoff + i * sizeof part;
    if (offset > bytes.size() || bytes.size() - offset < sizeof part) return std::nullopt;
    std::memcpy(&part, bytes.data() + offset, sizeof part);
    if (part.p_type != PT_INTERP) continue;
    if (part.p_offset >= bytes.size()) return std::nullopt;
    return std::string(bytes.c_str() + part.p_offset); // ends with NUL, at the latest the string's
  }
  return std::nullopt;
}

/// "#! line "#!/no/such/sh"" or "loader "/lib/ld.so"", if `program` needs such a thing.
std::optional<std::string> interpreter_of(const std::string& program) {
  const std::string bytes = first_bytes(program);
  if (bytes.starts_with("#!"))
    return "its interpreter, by its first line \"" +
           printable(bytes.substr(0, std::min(bytes.find('\n'), std::size_t{256}))) + "\"";
  if (std::optional<std::string> loader = elf_loader(bytes))
    return "its loader \"" + printable(*loader) + "\"";
  return std::nullopt;
}

Error failed(const char* code, std::string message) {
  return Error(ErrorKind::failed, code, std::move(message));
}

Error not_found(const std::string& name, const std::string& path) {
  if (path.empty()) {
    Error error =
        failed("process.not-found", fmt::format("cannot run {}: PATH is empty", printable(name)));
    error.advise({"Set PATH, or give the program with its folder.", "", {}});
    return error;
  }
  Error error = failed("process.not-found", fmt::format("cannot run {}: no such program in PATH {}",
                                                        printable(name), printable(path)));
  error.advise({"Install it, or add its folder to PATH.", "", {}});
  return error;
}

/// As the child saw it: relative to its own directory.
std::string seen_from(const std::string& cwd, const std::string& program) {
  return cwd.empty() || program.starts_with('/') ? program : join_path(cwd, program);
}

/// A file of that name that is in PATH but cannot be executed.
std::optional<std::string> find_any(const std::string& name, const std::string& path) {
  struct stat status {};
  for (const std::string& folder : split(path, ':')) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (::stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) return candidate;
  }
  return std::nullopt;
}

} // namespace

std::string locate_program(const Command& command) {
  if (command.argv.empty() || command.argv[0].empty())
    throw Error(ErrorKind::usage, "process.no-program",
                "cannot run a command without a program: its first word is missing or empty");
  const std::string& name = command.argv[0];
  if (name.find('/') != std::string::npos) return name;
  const std::string path = command.env.get_or("PATH", kDefaultPath);
  if (std::optional<std::string> found = find_program(name, path)) return absolute_path(*found);
  if (std::optional<std::string> found = find_any(name, path))
    throw failed("process.not-executable",
                 fmt::format("cannot run {}: {} may not be executed", printable(name), *found));
  throw not_found(name, path);
}

Error start_error(int error_number, const std::string& program, const std::string& cwd) {
  const std::string name = printable(program);
  struct stat status {};
  if (!cwd.empty() && (::stat(cwd.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)))
    return failed("process.no-directory",
                  fmt::format("cannot run {} in {}: no such directory", name, printable(cwd)));
  const std::string path = seen_from(cwd, program);
  const bool is_there = ::stat(path.c_str(), &status) == 0;
  const bool may_run = is_there && S_ISREG(status.st_mode) &&
                       ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
  switch (error_number) {
  case ENOENT:
  case ENOTDIR:
  case EACCES:
    if (!is_there && error_number != EACCES)
      return failed("process.not-found", fmt::format("cannot run {}: no such file", name));
    if (may_run)
      if (std::optional<std::string> interpreter = interpreter_of(path))
        return failed("process.bad-interpreter",
                      fmt::format("cannot run {}: {}, is missing or may not be executed", name,
                                  *interpreter));
    return failed("process.not-executable",
                  fmt::format("cannot run {}: {}", name,
                              is_there && S_ISDIR(status.st_mode) ? "it is a directory"
                                                                  : "it may not be executed"));
  case ENOEXEC:
    return failed("process.not-executable",
                  fmt::format("cannot run {}: it is neither a program for this machine nor a "
                              "script with a #! line",
                              name));
  case E2BIG:
    return failed("process.too-long",
                  fmt::format("cannot run {}: its arguments and environment are longer than the "
                              "system allows",
                              name));
  default:
    return system_error(error_number, "execve", name);
  }
}

} // namespace hdist
