#include "net/fake_http.h"

namespace hdist {

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
  std::scoped_lock lock(mutex_);
  requests_.push_back(request.url);
  if (stop.stop_requested()) {
    result.failure = HttpFailure{.reason = HttpFailure::Reason::stopped, .text = "stopped"};
  } else if (auto failure = failures_.find(request.url); failure != failures_.end()) {
    result.failure = failure->second;
  } else if (auto body = bodies_.find(request.url); body != bodies_.end()) {
    result.bytes = static_cast<int64_t>(body->second.size());
    if (request.body) request.body(body->second);
    if (request.progress) request.progress(result.bytes, result.bytes);
  } else {
    result.failure = HttpFailure{
        .reason = HttpFailure::Reason::not_found, .status = 404, .text = "no such address"};
  }
  return result;
}

std::vector<std::string> FakeHttp::requests() const {
  std::scoped_lock lock(mutex_);
  return requests_;
}

} // namespace hdist
