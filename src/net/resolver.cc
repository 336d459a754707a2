#include "net/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace hdist {

namespace {

/// Shared by the caller and the thread that asks: whoever is last frees it.
struct Question {
  std::string host;
  ResolveFunction resolve;
  std::mutex mutex;
  std::condition_variable_any answered;
  bool is_answered = false;
  std::vector<std::string> addresses;
};

void ask(const std::shared_ptr<Question>& question) {
  std::vector<std::string> addresses;
  try {
    addresses = question->resolve(question->host);
  } catch (...) { // a host that cannot be resolved; nobody could catch it here
  }
  std::scoped_lock lock(question->mutex);
  question->addresses = std::move(addresses);
  question->is_answered = true;
  question->answered.notify_all();
}

} // namespace

std::vector<std::string> resolve_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0)
      addresses.emplace_back(text.data());
  }
  return addresses;
}

Resolution resolve_within(const std::string& host, const ResolveFunction& resolve,
                          std::chrono::milliseconds limit, const std::stop_token& stop) {
  auto question = std::make_shared<Question>();
  question->host = host;
  question->resolve = resolve ? resolve : resolve_by_system;
  try {
    std::thread(ask, question).detach();
  } catch (const std::system_error&) { // no thread to be had: as good as no answer
    return {Resolution::End::too_late, {}};
  }
  std::unique_lock lock(question->mutex);
  auto deadline = std::chrono::steady_clock::now() + limit;
  bool is_answered =
      question->answered.wait_until(lock, stop, deadline, [&] { return question->is_answered; });
  if (stop.stop_requested()) return {Resolution::End::stopped, {}};
  if (!is_answered) return {Resolution::End::too_late, {}};
  if (question->addresses.empty()) return {Resolution::End::unknown, {}};
  return {Resolution::End::found, question->addresses};
}

bool is_numeric_host(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

} // namespace hdist
