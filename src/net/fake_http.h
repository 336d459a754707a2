// fake_http.h: an in-memory Http that records requests; for tests.
#pragma once

#include "net/http.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace hdist {

class FakeHttp final : public Http {
public:
  void serve(const std::string& url, std::string body) { bodies_[url] = std::move(body); }
  void fail(const std::string& url, HttpFailure failure) { failures_[url] = std::move(failure); }
  HttpResult get(const HttpRequest& request,
                 std::stop_token stop) override; // unknown: not_found, status 404
  std::vector<std::string> requests() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, HttpFailure> failures_;
  std::vector<std::string> requests_;
};

} // namespace hdist
