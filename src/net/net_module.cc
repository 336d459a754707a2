// The module: one GET by libcurl. Loaded by load.cc.
//
// Driven through the multi interface, because only there the waiting is ours: libcurl's easy
// interface looks at the world once a second. All time limits but the sharing of the connect time
// among addresses are kept here.
#include "net/transfer.h"

#include "base/text.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using End = TransferResult::End;

constexpr int kWaitMs = 50;
constexpr milliseconds kProgressEvery(100);
constexpr int kOk = 200;
constexpr int kPart = 206;
constexpr std::size_t kMaxRedirectPage = 1 << 20;

template <auto Free> struct Freer {
  template <typename T> void operator()(T* object) const { Free(object); }
};
using Easy = std::unique_ptr<CURL, Freer<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freer<curl_multi_cleanup>>;
using List = std::unique_ptr<curl_slist, Freer<curl_slist_free_all>>;

/// What the last answer's head says of versions and parts.
struct AnswerHead {
  std::string etag, last_modified;
  bool has_parts = true; // "Accept-Ranges: none" denies it; many say nothing
  int64_t part_from = -1, part_last = -1, total = -1; // of Content-Range

  void take(std::string_view line) {
    if (line.starts_with("HTTP/")) *this = {}; // of a proxy, an interim answer, or this one
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name = to_lower(line.substr(0, colon)), value(trim(line.substr(colon + 1)));
    if (name == "etag") etag = value;
    if (name == "last-modified") last_modified = value;
    if (name == "accept-ranges") has_parts = to_lower(value) != "none";
    if (name == "content-range") take_range(to_lower(value));
  }
  /// "bytes 5-9/10"; what is not of this form says nothing.
  void take_range(std::string_view value) {
    part_from = part_last = total = -1;
    constexpr std::string_view kBytes = "bytes ";
    const std::size_t dash = value.find('-'), slash = value.find('/');
    if (!value.starts_with(kBytes) || dash == std::string_view::npos ||
        slash == std::string_view::npos || slash < dash)
      return;
    part_from = parse_int(value.substr(kBytes.size(), dash - kBytes.size())).value_or(-1);
    part_last = parse_int(value.substr(dash + 1, slash - dash - 1)).value_or(-1);
    total = parse_int(value.substr(slash + 1)).value_or(-1);
  }
  std::string validator() const {
    if (!has_parts) return "";
    return etag.starts_with('"') ? etag : last_modified; // W/"..." is of more than one version
  }
};

class Request {
public:
  Request(const Transfer& transfer, TransferResult& result)
      : transfer_(transfer), result_(result), easy_(curl_easy_init()), multi_(multi_for(transfer)) {
    if (!easy_ || !multi_) throw std::bad_alloc();
    set_options();
    curl_multi_add_handle(multi_.get(), easy_.get());
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  /// What was not read to its end is closed by libcurl; the rest may serve another transfer.
  ~Request() {
    curl_multi_remove_handle(multi_.get(), easy_.get());
    if (transfer_.open != nullptr && result_.end == End::complete)
      transfer_.open->leave(transfer_.place, {multi_.release(), &close_multi});
  }

  void run(const std::stop_token& stop) {
    int running = 1;
    while (!is_over_) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) break;
      if (problem_) std::rethrow_exception(problem_);
      take_messages();
      if (is_over_ || running == 0) break;
      note_connected();
      if (stop.stop_requested())
        end(End::stopped);
      else
        watch();
      report_progress(false);
      if (!is_over_) curl_multi_poll(multi_.get(), nullptr, 0, kWaitMs, nullptr);
    }
    check_end();
    read_facts();
    if (result_.end == End::complete) report_progress(true);
  }

private:
  static void close_multi(void* multi) { curl_multi_cleanup(static_cast<CURLM*>(multi)); }
  static Multi multi_for(const Transfer& transfer) {
    if (transfer.open != nullptr)
      if (OpenConnections::Handle open = transfer.open->take(transfer.place))
        return Multi(static_cast<CURLM*>(open.release()));
    return Multi(curl_multi_init());
  }

  template <typename Value> void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  void set_options() {
    set(CURLOPT_URL, transfer_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY,
        transfer_.proxy.c_str()); // "" also keeps libcurl from looking at the environment itself
    set(CURLOPT_NOPROXY, "");
    set(CURLOPT_USERAGENT, transfer_.user_agent.c_str());
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_CONTENT_DECODING,
        0L); // the bytes of an archive, whatever the server calls them
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(transfer_.timeouts.connect.count()));
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_WRITEFUNCTION, &Request::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Request::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_NOPROGRESS, 1L);
    if (transfer_.from > 0) {
      set(CURLOPT_RANGE, fmt::format("{}-", transfer_.from).c_str());
      std::string condition = "If-Range: " + transfer_.validator;
      headers_.reset(curl_slist_append(nullptr, condition.c_str()));
      set(CURLOPT_HTTPHEADER, headers_.get());
    }
    if (!transfer_.ca_file.empty()) {
      set(CURLOPT_CAINFO, transfer_.ca_file.c_str());
      set(CURLOPT_PROXY_CAINFO, transfer_.ca_file.c_str());
    }
    for (const std::string& entry : transfer_.resolved)
      resolved_.reset(curl_slist_append(resolved_.release(), entry.c_str()));
    set(CURLOPT_RESOLVE, resolved_.get());
#if LIBCURL_VERSION_NUM >= 0x075700
    set(CURLOPT_QUICK_EXIT,
        1L); // where libcurl resolves a name after all: do not wait for its thread
#endif
  }

  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* data) {
    auto* self = static_cast<Request*>(data);
    try {
      return self->take_body({bytes, one * count}) ? count : 0;
    } catch (...) { // libcurl is C
      self->problem_ = std::current_exception();
      return 0;
    }
  }

  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* data) {
    static_cast<Request*>(data)->answer_.take({bytes, one * count});
    return one * count;
  }

  bool is_content() const {
    return status() == kOk || (transfer_.from > 0 && status() == kPart);
  }

  /// The rest of what is there: of the same version, from its end to the end of all.
  bool is_the_rest() const {
    const int64_t total = answer_.total;
    const bool is_range = answer_.part_from == transfer_.from && total > transfer_.from &&
                          answer_.part_last == total - 1 &&
                          (length() < 0 || transfer_.from + length() == total);
    const bool is_as_announced = transfer_.total < 0 || transfer_.total == total;
    return is_range && is_as_announced && answer_.validator() == transfer_.validator;
  }

  /// The size of all the content, as far as it was announced.
  int64_t total() const {
    if (status() == kPart) return answer_.total;
    if (length() >= 0) return length();
    const bool is_same = !transfer_.validator.empty() && answer_.validator() == transfer_.validator;
    return is_same ? transfer_.total : -1;
  }

  /// Is it the part that was asked for, or all? False: neither, and the transfer has ended.
  bool begin_body() {
    mark_ = Clock::now();
    has_body_ = true;
    if (status() == kPart && !is_the_rest()) {
      end(End::wrong_part, "the server sent another part than it was asked for");
      return false;
    }
    if (status() == kPart) before_ = transfer_.from;
    if (status() == kOk && transfer_.from > 0 && *transfer_.restart) (*transfer_.restart)();
    return true;
  }

  /// Nothing may be missing at the end, however the server ended its answer.
  void check_end() {
    if (result_.end != End::complete || !is_content()) return;
    if (!has_body_ && !begin_body()) return;
    const int64_t done = before_ + result_.bytes;
    if (total() >= 0 && done < total())
      end(End::broken, fmt::format("the connection ended after {} of {} bytes", done, total()));
  }

  /// False ends the transfer.
  bool take_body(std::string_view bytes) {
    if (!is_content()) return skip_page(bytes.size());
    if (!has_body_ && !begin_body()) return false;
    result_.bytes += static_cast<int64_t>(bytes.size());
    if (before_ + result_.bytes > transfer_.limit_bytes ||
        before_ + length() > transfer_.limit_bytes) {
      end(End::too_large);
      return false;
    }
    if (status() == kPart && before_ + result_.bytes > answer_.total) {
      end(End::wrong_part, "the server sent more than it announced");
      return false;
    }
    since_mark_ += static_cast<int64_t>(bytes.size());
    Clock::time_point before = Clock::now();
    if (*transfer_.body) (*transfer_.body)(bytes);
    mark_ += Clock::now() - before; // the time that a slow disk takes is not the server's
    return true;
  }

  /// The page of an error is not for us, that of a redirect must be read for libcurl to tell where
  /// it leads.
  bool skip_page(std::size_t size) {
    skipped_ += size;
    bool is_redirect = status() / 100 == 3;
    if (is_redirect && skipped_ <= kMaxRedirectPage) return true;
    end(End::complete);
    return false;
  }

  void take_messages() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
      if (message->msg == CURLMSG_DONE && !is_over_) finish(message->data.result);
  }

  void finish(CURLcode code) {
    result_.text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    if (code == CURLE_OK)
      end(End::complete);
    else if (code == CURLE_OPERATION_TIMEDOUT && !is_connected())
      end(End::connect_timeout);
    else if (code == CURLE_COULDNT_CONNECT && integer(CURLINFO_OS_ERRNO) == ECONNREFUSED)
      end(End::refused);
    else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
             code == CURLE_COULDNT_RESOLVE_PROXY)
      end(End::no_connection);
    else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
      end(End::untrusted, result_.text);
    else if (code == CURLE_PARTIAL_FILE)
      end(End::broken, length() < 0 ? fmt::format("the connection ended too early, after {} bytes",
                                                  before_ + result_.bytes)
                                    : fmt::format("the connection ended after {} of {} bytes",
                                                  before_ + result_.bytes, before_ + length()));
    else
      end(End::broken, result_.text);
  }

  void watch() {
    Clock::time_point now = Clock::now();
    if (!result_.is_connected) {
      if (now - start_ > transfer_.timeouts.connect) end(End::connect_timeout);
    } else if (!has_body_) {
      if (now - start_ > transfer_.timeouts.first_byte) end(End::first_byte_timeout);
    } else if (now - mark_ > transfer_.timeouts.stall) {
      if (since_mark_ < transfer_.timeouts.stall_bytes) return end(End::stall);
      mark_ = now;
      since_mark_ = 0;
    }
  }

  void note_connected() {
    if (result_.is_connected || !is_connected()) return;
    result_.is_connected = true;
    if (*transfer_.connected) (*transfer_.connected)();
  }

  void end(End how) {
    is_over_ = true;
    result_.end = how;
  }
  void end(End how, std::string text) {
    end(how);
    result_.text = std::move(text);
  }

  /// Resolved, connected, and agreed on TLS.
  bool is_connected() const {
    return number(CURLINFO_PRETRANSFER_TIME_T) > 0;
  }
  int64_t length() const {
    return number(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  } // -1: unknown
  int64_t number(CURLINFO info) const {
    curl_off_t value = 0;
    curl_easy_getinfo(easy_.get(), info, &value);
    return value;
  }
  long integer(CURLINFO info) const {
    long value = 0;
    curl_easy_getinfo(easy_.get(), info, &value);
    return value;
  }
  int status() const {
    return static_cast<int>(integer(CURLINFO_RESPONSE_CODE));
  }
  std::string text(CURLINFO info) const {
    const char* value = nullptr;
    curl_easy_getinfo(easy_.get(), info, &value);
    return value == nullptr ? "" : value;
  }

  void read_facts() {
    // CONNECT_TIME would also wait for the tunnel through a proxy.
    result_.reached_peer = integer(CURLINFO_LOCAL_PORT) > 0;
    result_.status = status();
    result_.content_type = text(CURLINFO_CONTENT_TYPE);
    result_.redirect = text(CURLINFO_REDIRECT_URL);
    if (!is_content()) return;
    result_.validator = answer_.validator();
    result_.total = total();
  }

  void report_progress(bool is_last) {
    Clock::time_point now = Clock::now();
    bool is_due = is_last || (has_body_ && now - last_progress_ > kProgressEvery);
    if (!*transfer_.progress || !is_due || !is_content()) return;
    last_progress_ = now;
    (*transfer_.progress)(before_ + result_.bytes, length() < 0 ? -1 : before_ + length());
  }

  const Transfer& transfer_;
  TransferResult& result_;
  List resolved_, headers_; // outlive the handle that reads them
  AnswerHead answer_;
  int64_t before_ = 0; // bytes that were there
  std::array<char, CURL_ERROR_SIZE> error_{};
  Easy easy_;
  Multi multi_;
  std::exception_ptr problem_;
  bool is_over_ = false;
  bool has_body_ = false;
  std::size_t skipped_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point mark_ = start_; // since when a stall is watched for
  int64_t since_mark_ = 0;          // bytes of the body
  Clock::time_point last_progress_ = start_;
};

} // namespace

} // namespace hdist

extern "C" void hdist_net_transfer(const hdist::Transfer& transfer, hdist::TransferResult& result,
                                   const std::stop_token& stop) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT); // once, whatever the thread
  if (ready != CURLE_OK) {
    result.text = curl_easy_strerror(ready);
    return;
  }
  hdist::Request(transfer, result).run(stop);
}
