#include "source/attempt.h"

#include "base/error.h"
#include "source/address.h"

namespace hdist {

AttemptResult finish_attempt(Deposit deposit, const Wanted& wanted,
                             std::optional<SourceType> type) {
  if (!type) type = type_of_address(wanted.expected, wanted.type_url, deposit.first_bytes());
  try {
    return {.item = deposit.finish(*type, wanted.expected, wanted.url), .reason = {}};
  } catch (const Error& error) {
    bool is_refused =
        error.code() == "source.not-an-archive" || error.code() == "source.hash-mismatch";
    if (!is_refused) throw;
    std::string reason = error.message();
    std::string address = public_address(wanted.url) + " ";
    if (reason.starts_with(address)) reason.erase(0, address.size());
    AttemptResult result = AttemptResult::failed(std::move(reason));
    result.wrong_content = true;
    return result;
  }
}

bool GuardedDeposit::write(std::string_view bytes) noexcept {
  if (failure_) return false;
  try {
    deposit_.write(bytes);
    return true;
  } catch (...) {
    failure_ = std::current_exception();
    return false;
  }
}

void GuardedDeposit::write_all_of(const std::function<std::string_view()>& next) {
  if (failure_) return;
  bool is_of_next = false;
  try {
    deposit_.write_all_of([&] {
      is_of_next = true;
      const std::string_view bytes = next();
      is_of_next = false;
      return bytes;
    });
  } catch (...) {
    if (is_of_next) throw;
    failure_ = std::current_exception();
  }
}

void GuardedDeposit::restart() noexcept {
  try {
    deposit_.restart();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void GuardedDeposit::rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

} // namespace hdist
