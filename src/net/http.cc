// libcurl's own resolver runs in a thread that is joined when the handle is freed: with a DNS
// server that never answers, a connect timeout of 2 s became 10 s. So names are resolved here, in
// threads that can be left behind, and libcurl gets addresses. That is needed again for the host of
// every redirect, so redirects are followed here too.
#include "net/http.h"

#include "base/env.h"
#include "net/ca_file.h"
#include "net/proxy.h"
#include "net/resolver.h"
#include "net/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Reason = HttpFailure::Reason;

constexpr int kMaxRedirects = 10;

milliseconds left_of(milliseconds limit, Clock::time_point start) {
  auto used = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  return std::max(limit - used, milliseconds(1));
}

std::string seconds(milliseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string curl_entry(const Endpoint& endpoint, const std::vector<std::string>& addresses) {
  std::string entry = fmt::format("{}:{}:", endpoint.host, endpoint.port);
  const char* separator = "";
  for (const std::string& address : addresses) {
    bool is_ipv6 = address.find(':') != std::string::npos;
    entry += separator + (is_ipv6 ? "[" + address + "]" : address);
    separator = ",";
  }
  return entry;
}

/// Which server, through which proxy, at which addresses it is now.
std::string place_of(const Url& url, const Transfer& transfer) {
  std::string place = fmt::format("{}://{}:{} {}", url.scheme, url.host, url.port, transfer.proxy);
  for (const std::string& addresses : transfer.resolved)
    place += " " + addresses;
  return place;
}

HttpFailure status_failure(const std::string& host, int status) {
  HttpFailure failure{.status = status,
                      .text = fmt::format("{}: the server answered with status {}", host, status)};
  if (status == 404 || status == 410)
    failure.reason = Reason::not_found;
  else if (status >= 400 && status < 600)
    failure.reason = Reason::refused_by_server;
  return failure;
}

/// `host` was asked for something, `peer` was to be connected to: it, or a proxy.
HttpFailure failure_of(const TransferResult& result, const std::string& host,
                       const std::string& peer, const HttpRequest& request, milliseconds connect) {
  using End = TransferResult::End;
  bool is_about_proxy = peer != host && !result.reached_peer;
  auto make = [&](Reason reason, bool is_dead, const std::string& text) {
    return HttpFailure{.reason = reason,
                       .dead_host = is_dead ? (is_about_proxy ? peer : host) : "",
                       .status = result.status,
                       .text = (is_about_proxy ? "the proxy " + peer : host) + ": " + text};
  };
  switch (result.end) {
  case End::refused:
    return make(Reason::unreachable, false, result.text);
  case End::no_connection:
    return make(Reason::unreachable, true, result.text);
  case End::connect_timeout:
    return make(Reason::unreachable, true, "no connection within " + seconds(connect));
  case End::first_byte_timeout:
    return make(Reason::slow, false, "no data within " + seconds(request.timeouts.first_byte));
  case End::stall:
    return make(Reason::slow, false,
                fmt::format("hardly any data for {}, after {} bytes",
                            seconds(request.timeouts.stall), result.bytes));
  case End::too_large:
    return make(Reason::transfer, false,
                fmt::format("the file is larger than {} bytes", request.limit_bytes));
  case End::stopped:
    return make(Reason::stopped, !result.is_connected, "stopped");
  case End::untrusted:
    return make(Reason::untrusted, false, result.text);
  case End::wrong_part: {
    HttpFailure failure = make(Reason::transfer, false, result.text);
    failure.is_wrong_part = true;
    return failure;
  }
  case End::broken:
  case End::complete:
    break;
  }
  return make(Reason::transfer, false, result.text);
}

class CurlHttp final : public Http {
public:
  explicit CurlHttp(HttpOptions options)
      : options_(std::move(options)), env_(Env::current()), ca_file_(find_ca_file(env_)) {}

  HttpResult get(const HttpRequest& request, std::stop_token stop) override;

private:
  /// One server: resolves and transfers. A redirect is in `result.redirect`.
  std::optional<HttpFailure> get_once(const HttpRequest& request, const Url& url,
                                      Transfer& transfer, TransferResult& result,
                                      const std::stop_token& stop);
  std::optional<HttpFailure> resolve(const Endpoint& endpoint, Transfer& transfer,
                                     const std::stop_token& stop) const;
  TransferFunction* transfer_function();

  HttpOptions options_;
  Env env_;
  std::string ca_file_;
  std::mutex mutex_;
  TransferFunction* transfer_ = nullptr;
  OpenConnections open_;
};

TransferFunction* CurlHttp::transfer_function() {
  std::scoped_lock lock(mutex_);
  if (transfer_ == nullptr) transfer_ = load_transfer(options_.module_dir);
  return transfer_;
}

std::optional<HttpFailure> CurlHttp::resolve(const Endpoint& endpoint, Transfer& transfer,
                                             const std::stop_token& stop) const {
  // Names in other scripts are translated by libcurl, so they are left to it.
  if (is_numeric_host(endpoint.host) || !is_ascii(endpoint.host)) return std::nullopt;
  Resolution found =
      resolve_within(endpoint.host, options_.resolve, transfer.timeouts.connect, stop);
  auto fail = [&](Reason reason, const std::string& text) {
    return HttpFailure{
        .reason = reason, .dead_host = endpoint.host, .text = endpoint.host + ": " + text};
  };
  switch (found.end) {
  case Resolution::End::stopped:
    return fail(Reason::stopped, "stopped");
  case Resolution::End::too_late:
    return fail(Reason::unreachable,
                "could not resolve the host within " + seconds(transfer.timeouts.connect));
  case Resolution::End::unknown:
    return fail(Reason::unreachable, "could not resolve the host");
  case Resolution::End::found:
    transfer.resolved.push_back(curl_entry(endpoint, found.addresses));
    break;
  }
  return std::nullopt;
}

std::optional<HttpFailure> CurlHttp::get_once(const HttpRequest& request, const Url& url,
                                              Transfer& transfer, TransferResult& result,
                                              const std::stop_token& stop) {
  Clock::time_point start = Clock::now();
  transfer.resolved.clear();
  transfer.proxy = proxy_for(url, env_);
  milliseconds connect = request.timeouts.connect;
  std::vector<Endpoint> endpoints = endpoints_of(url, transfer.proxy);
  for (const Endpoint& endpoint : endpoints) {
    if (request.permit) {
      HostPermit permit = request.permit(endpoint.host);
      if (!permit.refusal.empty())
        return HttpFailure{
            .reason = Reason::unreachable, .dead_host = {}, .text = std::move(permit.refusal)};
      connect = permit.connect;
    }
    transfer.timeouts.connect = left_of(connect, start);
    if (std::optional<HttpFailure> failure = resolve(endpoint, transfer, stop)) return failure;
  }
  transfer.timeouts.connect = left_of(connect, start);
  transfer.place = place_of(url, transfer);
  transfer_function()(transfer, result, stop);
  constexpr int kPart = 206;
  if (result.end == TransferResult::End::complete &&
      (result.status == 200 || (request.from > 0 && result.status == kPart)))
    return std::nullopt;
  if (!result.redirect.empty() && result.end == TransferResult::End::complete) return std::nullopt;
  if (result.end == TransferResult::End::complete) return status_failure(url.host, result.status);
  std::string peer = endpoints.empty() ? url.host : endpoints.front().host;
  return failure_of(result, url.host, peer, request, connect);
}

HttpResult CurlHttp::get(const HttpRequest& request, std::stop_token stop) {
  Clock::time_point start = Clock::now();
  HttpResult answer;
  answer.final_url = request.url;
  std::string first_host, before;
  int status = 0;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    std::optional<Url> url = Url::parse(answer.final_url);
    bool is_downgrade = before == "https" && url && url->scheme == "http";
    if (!url || (url->scheme != "http" && url->scheme != "https") || is_downgrade) {
      std::string text =
          fmt::format("{} is no address that can be read from here", answer.final_url);
      if (is_downgrade)
        text = fmt::format("{}: redirected from https to http, {}", first_host, answer.final_url);
      answer.failure = HttpFailure{.reason = Reason::bad_address, .text = std::move(text)};
      return answer;
    }
    if (hop == 0) first_host = url->host;
    before = url->scheme;
    Transfer transfer{.url = answer.final_url,
                      .user_agent = options_.user_agent,
                      .ca_file = ca_file_,
                      .timeouts = request.timeouts,
                      .limit_bytes = request.limit_bytes,
                      .progress = &request.progress,
                      .body = &request.body,
                      .connected = &request.connected,
                      .from = request.from,
                      .validator = request.validator,
                      .total = request.total,
                      .restart = &request.restart,
                      .open = &open_};
    transfer.timeouts.first_byte = left_of(request.timeouts.first_byte, start);
    TransferResult result;
    answer.failure = get_once(request, *url, transfer, result, stop);
    answer.content_type = result.content_type;
    answer.validator = result.validator;
    answer.total = result.total;
    answer.bytes = result.bytes;
    if (answer.failure || result.redirect.empty()) return answer;
    answer.final_url = result.redirect;
    status = result.status;
  }
  answer.failure =
      HttpFailure{.status = status,
                  .text = fmt::format("{}: more than {} redirects", first_host, kMaxRedirects)};
  return answer;
}

} // namespace

std::unique_ptr<Http> make_http(HttpOptions options) {
  return std::make_unique<CurlHttp>(std::move(options));
}

} // namespace hdist
