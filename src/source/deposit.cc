#include "source/deposit.h"

#include "base/copy.h"
#include "base/error.h"
#include "base/read_ahead.h"
#include "base/text.h"
#include "source/address.h"
#include "source/content_kind.h"
#include "source/store_holder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr std::size_t kFirstBytes = 512;
constexpr const char* kVersion = ".version"; // beside it: "DIGEST TOTAL\nVALIDATOR"

/// Where an unfinished download lies. The whole address counts, and cannot be read from the name.
std::string part_of(const std::string& url) {
  return "tmp/part-" + sha256(url).base32();
}

struct NotedPart {
  std::string digest;
  PartVersion version;
};

std::optional<NotedPart> read_note(const std::string& text) {
  const std::size_t line = text.find('\n'), space = text.find(' ');
  if (line == std::string::npos || space >= line) return std::nullopt;
  const std::optional<int64_t> total = parse_int(text.substr(space + 1, line - space - 1));
  if (!total) return std::nullopt;
  return NotedPart{text.substr(0, space), {text.substr(line + 1), *total}};
}

} // namespace

void Deposit::State::add(std::string_view bytes) {
  first_bytes += bytes.substr(0, kFirstBytes - first_bytes.size());
  digest.update(bytes);
  size_bytes += static_cast<int64_t>(bytes.size());
}

void Deposit::State::write_again(const Fd& content) {
  const Fd again = files.new_temporary(name);
  const std::string path = join_path(files.root().path(), name);
  if (::lseek(content.get(), 0, SEEK_SET) != 0) throw_errno("lseek", path);
  copy_content(content.get(), again.get(), path);
  if (::fsync(again.get()) != 0) throw_errno("fsync", path);
}

Deposit::State::~State() {
  if (!name.empty()) ::unlinkat(files.root().fd(), name.c_str(), 0);
}

Deposit::Deposit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Deposit::Deposit(Deposit&&) noexcept = default;
Deposit::~Deposit() = default;

void Deposit::write(std::string_view bytes) {
  State& state = *state_;
  write_all(state.file.get(), bytes, join_path(state.files.root().path(), state.name));
  state.add(bytes);
}

void Deposit::write_all_of(const std::function<std::string_view()>& next) {
  State& state = *state_;
  const std::string path = join_path(state.files.root().path(), state.name);
  int64_t sent = state.size_bytes, written = state.size_bytes;
  ReadAhead ahead([&] {
    const std::string_view bytes = next();
    write_all(state.file.get(), bytes, path);
    written += static_cast<int64_t>(bytes.size());
    // On its way to the disk now, so that finish() does not wait for all of it. Only a hint.
    constexpr int64_t kAtOnce = 8 << 20;
    if (written - sent >= kAtOnce) {
      (void)::sync_file_range(state.file.get(), sent, written - sent, SYNC_FILE_RANGE_WRITE);
      sent = written;
    }
    return bytes;
  });
  for (std::string_view bytes = ahead.next(); !bytes.empty(); bytes = ahead.next())
    state.add(bytes);
}

std::string_view Deposit::first_bytes() const {
  return state_->first_bytes;
}
int64_t Deposit::size_bytes() const {
  return state_->size_bytes;
}

void Deposit::restart() {
  State& state = *state_;
  if (::ftruncate(state.file.get(), 0) != 0 || ::lseek(state.file.get(), 0, SEEK_SET) != 0)
    throw_errno("ftruncate", join_path(state.files.root().path(), state.name));
  state.digest = Sha256();
  state.first_bytes.clear();
  state.size_bytes = 0;
}

void Deposit::suspend(const std::string& url, const PartVersion& version) noexcept {
  State& state = *state_;
  try {
    const Dir& root = state.files.root();
    std::string part = part_of(url);
    holder_of(root, part)
        .write_file(base_name(part) + kVersion,
                    fmt::format("{} {}\n{}", state.digest.finish().base32(), version.total_bytes,
                                version.validator));
    rename_in(root, state.name, part);
    state.name.clear();
  } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): then it begins again
  }
}

std::optional<PartVersion> Deposit::resume(const std::string& url) {
  State& state = *state_;
  const Dir& root = state.files.root();
  std::string part = part_of(url);
  const std::optional<NotedPart> noted =
      read_note(root.read_file_if_exists(part + kVersion).value_or(""));
  if (!noted) return std::nullopt;
  Sha256 digest;
  try {
    rename_in(root, part, state.name); // nobody else has it from now on
    state.file = root.open_file(state.name, O_RDWR);
    holder_of(root, part).remove_file(base_name(part) + kVersion);
    std::string buffer(std::size_t{256} << 10, '\0');
    for (;;) {
      ssize_t got = ::read(state.file.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("read", join_path(root.path(), state.name));
      if (got == 0) break;
      std::string_view piece = std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
      state.add(piece);
      digest.update(piece);
    }
    if (digest.finish().base32() == noted->digest) return noted->version;
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): another process was first
  }
  state.file = root.open_file(state.name, O_RDWR | O_CREAT, 0600);
  restart();
  return std::nullopt;
}

SourceItem Deposit::finish(SourceType type, const std::optional<Expectation>& expected,
                           const std::string& url) {
  State& state = *state_;
  std::string address = public_address(url);
  check_content(type, state.first_bytes, address);
  SourceKey key = SourceKey::make(type, state.digest.finish());
  if (expected && !expected->met_by(key))
    throw Error(ErrorKind::failed, "source.hash-mismatch",
                fmt::format("{}gave {} ({} bytes), expected {}",
                            address.empty() ? "" : address + " ", key.str(), state.size_bytes,
                            expected->str()));
  if (::fsync(state.file.get()) != 0)
    throw_errno("fsync", join_path(state.files.root().path(), state.name));
  const Fd content = std::move(state.file);
  std::optional<SourceItem> item;
  // It may be removed, and so may an equal one be, before its use is noted: then it is put again.
  constexpr int kTries = 20;
  for (int tries = 0; !item && tries < kTries; ++tries) {
    if (state.name.empty()) state.write_again(content);
    if (state.files.place(state.name, key, state.size_bytes)) state.name.clear();
    state.files.change_note(key, [&](ItemNote& note) {
      note.last_use_s = now_s();
      note.is_damaged = false; // a damaged one has been replaced
      if (!address.empty()) note.add_address(address, now_s());
      return true;
    });
    item = state.files.find(key);
  }
  if (is_http_address(url)) state.files.set_address(address, key);
  if (!item)
    throw Error(ErrorKind::failed, "source.vanished",
                fmt::format("{} vanished from {} just after it was put there", key.str(),
                            state.files.root().path()));
  return *std::move(item);
}

} // namespace hdist
