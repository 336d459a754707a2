#include "source/deposit.h"

#include "base/error.h"
#include "source/address.h"
#include "source/content_kind.h"

#include <fmt/format.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr std::size_t kFirstBytes = 512;

} // namespace

Deposit::State::~State() {
  if (!name.empty()) ::unlinkat(files.root().fd(), name.c_str(), 0);
}

Deposit::Deposit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Deposit::Deposit(Deposit&&) noexcept = default;
Deposit::~Deposit() = default;

void Deposit::write(std::string_view bytes) {
  State& state = *state_;
  std::size_t wanted = kFirstBytes - state.first_bytes.size();
  state.first_bytes += bytes.substr(0, wanted);
  state.digest.update(bytes);
  write_all(state.file.get(), bytes, join_path(state.files.root().path(), state.name));
  state.size_bytes += static_cast<int64_t>(bytes.size());
}

std::string_view Deposit::first_bytes() const {
  return state_->first_bytes;
}
int64_t Deposit::size_bytes() const {
  return state_->size_bytes;
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
  state.file.reset();
  std::optional<SourceItem> item;
  for (bool is_placed = false; !item && !is_placed;) { // an equal item may go before it is noted
    is_placed = state.files.place(state.name, key, state.size_bytes);
    if (is_placed) state.name.clear();
    state.files.change_note(key, [&](ItemNote& note) {
      note.last_use_s = now_s();
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
