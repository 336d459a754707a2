#include "net/fake_http.h"

#include <thread>

namespace hdist {

bool FakeHttp::wait_for(const std::string& url, const std::stop_token& stop) {
  auto hold = holds_.find(url);
  if (hold == holds_.end()) return true;
  while (!hold->second()) {
    if (stop.stop_requested()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

HttpResult FakeHttp::get(const HttpRequest& request, std::stop_token stop) {
  HttpResult result;
  result.final_url = request.url;
  std::optional<Url> url = Url::parse(request.url);
  if (request.permit && url) {
    HostPermit permit = request.permit(url->host);
    if (!permit.refusal.empty()) {
      result.failure =
          HttpFailure{.reason = HttpFailure::Reason::unreachable, .text = permit.refusal};
      return result;
    }
  }
  {
    std::scoped_lock lock(mutex_);
    requests_.push_back(request.url);
    starts_.push_back(request.from);
  }
  if (!wait_for(request.url, stop)) {
    result.failure = HttpFailure{.reason = HttpFailure::Reason::stopped,
                                 .dead_host = url ? url->host : "",
                                 .text = "stopped"};
    return result;
  }
  std::scoped_lock lock(mutex_);
  if (stop.stop_requested()) {
    result.failure = HttpFailure{.reason = HttpFailure::Reason::stopped, .text = "stopped"};
  } else if (auto failure = failures_.find(request.url); failure != failures_.end()) {
    result.failure = failure->second;
  } else if (auto first = first_failures_.find(request.url);
             first != first_failures_.end() && first->second.second-- > 0) {
    result.failure = first->second.first;
  } else if (auto body = bodies_.find(request.url); body != bodies_.end()) {
    bool is_part = request.from > 0 && !validator_.empty() && request.validator == validator_;
    if (is_part && has_wrong_parts_) {
      result.failure = HttpFailure{.status = 206, .text = "wrong part", .is_wrong_part = true};
      return result;
    }
    if (request.from > 0 && !is_part && request.restart) request.restart();
    std::string_view rest = body->second;
    if (is_part) rest.remove_prefix(static_cast<std::size_t>(request.from));
    if (std::vector<std::size_t>& cuts = cuts_[request.url]; !cuts.empty()) {
      rest = rest.substr(0, cuts.front());
      cuts.erase(cuts.begin());
      result.failure = HttpFailure{.status = 200, .text = "cut off"};
    }
    result.validator = validator_;
    result.total = static_cast<int64_t>(body->second.size());
    result.bytes = static_cast<int64_t>(rest.size());
    if (request.body) request.body(rest);
    auto all = static_cast<int64_t>(body->second.size());
    if (request.progress) request.progress(all, all);
  } else {
    result.failure = HttpFailure{
        .reason = HttpFailure::Reason::not_found, .status = 404, .text = "no such address"};
  }
  return result;
}

std::vector<int64_t> FakeHttp::starts() const {
  std::scoped_lock lock(mutex_);
  return starts_;
}

std::vector<std::string> FakeHttp::requests() const {
  std::scoped_lock lock(mutex_);
  return requests_;
}

} // namespace hdist
