// attempt.h: one try of one address: what it is to give, and what came of it.
#pragma once

#include "base/error.h"
#include "source/source_store.h"

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct Wanted {
  std::optional<Expectation> expected;
  std::string url;      // noted with the item; also names it in messages
  std::string type_url; // whose end tells the type, when no key is expected
};

struct AttemptResult {
  std::optional<SourceItem> item;
  std::string reason;              // why not, one line; without the address
  bool worth_waiting = false;      // it was only slow: more time may help
  bool wrong_content = false;      // it gave something else than expected
  bool network = false;            // a host did not answer, or not to the end
  std::string ssh = {};            // the repository that ssh did not get to; "": none
  bool bad_address = false;        // nothing can be there: the address is at fault, not the world
  bool no_such_ref = false;        // the repository answered, and has no such branch or tag
  std::vector<Advice> advice = {}; // what else to do

  static AttemptResult failed(std::string reason) {
    return {.item = {}, .reason = std::move(reason)};
  }
  static AttemptResult no_such_place(std::string reason) {
    return {.item = {}, .reason = std::move(reason), .bad_address = true};
  }
};

/// Puts the finished deposit into the store; content that is refused becomes a reason, anything
/// else (a full disk) is thrown. `type`: what it is known to be; else it is judged.
AttemptResult finish_attempt(Deposit deposit, const Wanted& wanted,
                             std::optional<SourceType> type = std::nullopt);

/// Writes to a deposit from a callback that others call, and tells the store's own errors from
/// theirs: after a failed write it drops the rest, and rethrow() throws what happened.
class GuardedDeposit {
public:
  explicit GuardedDeposit(Deposit deposit) : deposit_(std::move(deposit)) {}
  /// False when writing has failed.
  bool write(std::string_view bytes) noexcept;
  /// Deposit::write_all_of(); what `next` throws is thrown, what writing throws is a failure.
  void write_all_of(const std::function<std::string_view()>& next);
  void rethrow() const;
  /// Forgets what was written, to begin again; a failure is as one of write().
  void restart() noexcept;
  int64_t size_bytes() const { return deposit_.size_bytes(); }
  Deposit take() && { return std::move(deposit_); }

private:
  Deposit deposit_;
  std::exception_ptr failure_;
};

} // namespace hdist
