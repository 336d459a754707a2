// fake_http.h: an in-memory Http that records requests; for tests.
#pragma once

#include "net/http.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hdist {

class FakeHttp final : public Http {
public:
  void serve(const std::string& url, std::string body) { bodies_[url] = std::move(body); }
  void fail(const std::string& url, HttpFailure failure) { failures_[url] = std::move(failure); }
  HttpResult get(const HttpRequest& request,
                 std::stop_token stop) override; // unknown: not_found, status 404
  /// The next answers for this address are cut off, each after so many bytes.
  void cut(const std::string& url, std::vector<std::size_t> after) {
    cuts_[url] = std::move(after);
  }
  /// The next answers are this failure, so often.
  void fail_at_first(const std::string& url, HttpFailure failure, int times) {
    first_failures_[url] = {std::move(failure), times};
  }
  /// What it says of the version of all its bodies; parts are given of this one.
  void set_validator(std::string validator) { validator_ = std::move(validator); }
  /// What it sends as a part does not continue what is there, and is found out.
  void send_wrong_parts() { has_wrong_parts_ = true; }
  /// Answers nothing until that is true, asked often, or the request is stopped; then it never had
  /// a connection.
  void hold(const std::string& url, std::function<bool()> until) { holds_[url] = std::move(until); }
  std::vector<std::string> requests() const;
  std::vector<int64_t> starts() const; // of the requests: the byte that each asked for first

private:
  bool wait_for(const std::string& url, const std::stop_token& stop); // false: it was stopped
  mutable std::mutex mutex_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, HttpFailure> failures_;
  std::map<std::string, std::vector<std::size_t>> cuts_;
  std::map<std::string, std::pair<HttpFailure, int>> first_failures_;
  std::map<std::string, std::function<bool()>> holds_;
  std::string validator_;
  bool has_wrong_parts_ = false;
  std::vector<std::string> requests_;
  std::vector<int64_t> starts_;
};

} // namespace hdist
