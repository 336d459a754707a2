// The border to other languages: JSON texts in and out, and no exception passes.
#include "capi/hashdist.h"

#include "base/error.h"
#include "base/path.h"
#include "data/json.h"
#include "ops/event_json.h"
#include "ops/operation.h"
#include "ops/session_options.h"
#include "ops/version.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace {

using hdist::Error;
using hdist::ErrorKind;
using hdist::Value;

char* copy_of(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

char* answer(Value value) {
  return copy_of(hdist::compact_json(hdist::with_valid_texts(std::move(value))));
}

char* result(Value value) {
  Value whole;
  whole.set("result", std::move(value));
  return answer(std::move(whole));
}

/// What `work` answers; whatever it throws is an answer, too.
template <typename Work> char* stopping_exceptions(const Work& work) noexcept {
  try {
    try {
      return work();
    } catch (const Error& error) {
      return answer(hdist::error_value(error));
    } catch (const std::exception& error) {
      return answer(hdist::error_value(Error(ErrorKind::failed, "internal", error.what())));
    }
  } catch (...) {
    return nullptr; // no memory, not even for the error
  }
}

/// Where this library is installed: it lies in <prefix>/lib.
std::string own_prefix() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&hashdist_open), &info) == 0 ||
      info.dli_fname == nullptr)
    throw Error(ErrorKind::failed, "capi.place", "the library cannot find its own file");
  return hdist::parent_path(hdist::parent_path(hdist::real_path(info.dli_fname)));
}

hdist::Document read_text(const char* name, const char* text) {
  return hdist::read_json(name, text == nullptr ? "{}" : text);
}

const char* checked(const char* text) {
  if (text == nullptr)
    throw Error(ErrorKind::usage, "capi.null", "the name of an operation is expected, not NULL");
  return text;
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that C knows
struct hashdist_session {
  hashdist_session(const char* options, hashdist_listener* on_event, void* context)
      : events_([this, on_event, context](const Value& event) {
          if (on_event != nullptr) tell(on_event, context, hdist::compact_json(event));
        }),
        session_(hdist::read_session_options(read_text("options", options), own_prefix()), events_,
                 {}) {}

  Value call(const char* name, const char* request) {
    if (told_ == std::this_thread::get_id())
      throw Error(ErrorKind::usage, "capi.from-listener",
                  "a listener may cancel the session it is told of, and call nothing else of it");
    const hdist::Operation& operation = hdist::find_operation(checked(name));
    hdist::Document document = read_text((operation.name + " request").c_str(), request);
    Running running(*this);
    const std::lock_guard one_at_a_time(calls_);
    session_.set_stop(running.stop());
    hdist::throw_if_stopped(session_); // while it waited
    return operation.call(session_, document);
  }

  void cancel() {
    const std::lock_guard lock(mutex_);
    for (std::stop_source& stop : running_)
      stop.request_stop();
  }

  void finish() {
    cancel();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_.empty(); });
  }

private:
  /// A call that cancel() reaches, from before it waits for others.
  class Running {
  public:
    explicit Running(hashdist_session& session) : session_(session) {
      const std::lock_guard lock(session_.mutex_);
      place_ = session_.running_.emplace(session_.running_.end());
    }
    ~Running() {
      const std::lock_guard lock(session_.mutex_);
      session_.running_.erase(place_);
      session_.ended_.notify_all(); // with the lock: the session may be gone right after it
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    std::stop_token stop() const { return place_->get_token(); }

  private:
    hashdist_session& session_;
    std::list<std::stop_source>::iterator place_;
  };

  /// By one thread at a time.
  void tell(hashdist_listener* on_event, void* context, const std::string& event) {
    told_ = std::this_thread::get_id();
    on_event(context, event.c_str());
    told_ = std::thread::id();
  }

  std::atomic<std::thread::id> told_; // the thread that is in the listener
  hdist::JsonEvents events_;
  hdist::Session session_;
  std::mutex calls_;
  std::mutex mutex_; // of running_
  std::condition_variable ended_;
  std::list<std::stop_source> running_;
};

char* hashdist_open(const char* options, hashdist_listener* on_event, void* context,
                    hashdist_session** session) {
  if (session != nullptr) *session = nullptr;
  return stopping_exceptions([&] {
    if (session == nullptr)
      throw Error(ErrorKind::usage, "capi.null", "a place for the session is expected, not NULL");
    auto opened = std::make_unique<hashdist_session>(options, on_event, context);
    Value value;
    value.set("version", hdist::kVersion);
    value.set("abi", HASHDIST_ABI);
    char* text = result(std::move(value));
    if (text != nullptr) *session = opened.release();
    return text;
  });
}

char* hashdist_call(hashdist_session* session, const char* operation, const char* request) {
  return stopping_exceptions([&] {
    if (session == nullptr)
      throw Error(ErrorKind::usage, "capi.null", "an open session is expected, not NULL");
    return result(session->call(operation, request));
  });
}

void hashdist_cancel(hashdist_session* session) {
  if (session != nullptr) session->cancel();
}

void hashdist_close(hashdist_session* session) {
  if (session == nullptr) return;
  session->finish();
  std::unique_ptr<hashdist_session> closed(session);
}

void hashdist_free(char* answer) {
  std::free(answer);
}
