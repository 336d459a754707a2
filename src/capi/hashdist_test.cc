#include "capi/hashdist.h"

#include "data/json.h"
#include "ops/operation.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hdist {
namespace {

/// An answer as a value; freed.
Value read_answer(char* answer) {
  Value value = parse_json(answer, "answer");
  hashdist_free(answer);
  return value;
}

const Value& member(const Value& value, const std::string& name) {
  const Value* found = value.find(name);
  if (found == nullptr) throw std::runtime_error("no " + name + " in " + compact_json(value));
  return *found;
}

std::string text(const Value& value, const std::string& name) {
  return *member(value, name).if_string();
}

std::string error_code_of(char* answer) {
  return text(member(read_answer(answer), "error"), "code");
}

/// What the listener heard, and the session that it may cancel.
struct Heard {
  std::mutex mutex;
  std::vector<Value> events;
  std::atomic<hashdist_session*> session = nullptr;
  bool cancels = false; // when a build has started
  bool calls = false;
  std::string code_of_call;
};

void listen(void* context, const char* event) {
  Heard& heard = *static_cast<Heard*>(context);
  Value value = parse_json(event, "event");
  bool has_started = text(value, "event") == "task" && text(value, "state") == "started";
  {
    const std::lock_guard lock(heard.mutex);
    heard.events.push_back(value);
  }
  if (has_started && heard.calls)
    heard.code_of_call = error_code_of(hashdist_call(heard.session, "operations", nullptr));
  if (has_started && heard.cancels) hashdist_cancel(heard.session);
}

class HashdistTest : public ::testing::Test {
protected:
  HashdistTest() {
    write_file(tmp_.path() + "/.hashdistconfig",
               "[builder]\ndurability = off\ntemp = " + tmp_.path() + "/tmp\n");
    Value options;
    std::string modules = HDIST_MODULE_DIR;
    options.set("prefix",
                modules.substr(0, modules.size() - std::string_view("/lib/hdist").size()));
    Value environment;
    environment.set("HDIST_HOME", tmp_.path());
    environment.set("PATH", "/usr/bin:/bin");
    options.set("environment", environment);
    options_ = compact_json(options);
    char* answer = hashdist_open(options_.c_str(), listen, &heard_, &session_);
    EXPECT_EQ(*member(member(read_answer(answer), "result"), "abi").if_integer()->as_int64(),
              HASHDIST_ABI);
    heard_.session = session_;
  }
  void TearDown() override { hashdist_close(session_); }

  Value call(const std::string& operation, const std::string& request) {
    return read_answer(hashdist_call(session_, operation.c_str(), request.c_str()));
  }

  static std::string build_request(const std::string& name, const std::string& script) {
    return R"({"spec": {"name": ")" + name +
           R"(", "build": {"commands": [{"cmd": ["/bin/sh", "-c", ")" + script + R"("]}]}}})";
  }

  TempDir tmp_;
  Heard heard_;
  std::string options_;
  hashdist_session* session_ = nullptr;
};

TEST_F(HashdistTest, AnOperationTakesAndGivesJson) {
  Value built = member(call("build", build_request("tool", "echo made > $ARTIFACT/x")), "result");
  Value resolved = member(call("resolve", R"({"artifact": "tool"})"), "result");
  EXPECT_EQ(text(resolved, "id"), text(built, "id"));
  EXPECT_EQ(read_file(text(resolved, "path") + "/x"), "made\n");
  EXPECT_FALSE(heard_.events.empty());
}

TEST_F(HashdistTest, WhatGoesWrongIsAnAnswer) {
  EXPECT_EQ(text(member(call("resolve", R"({"artifact": "nothing"})"), "error"), "code"),
            "artifact.not-found");
  EXPECT_EQ(text(member(call("resovle", "{}"), "error"), "code"), "operation.unknown");
  EXPECT_EQ(text(member(call("resolve", "{"), "error"), "kind"), "usage");
  EXPECT_EQ(text(member(call("resolve", "\xff"), "error"), "kind"), "usage");
}

TEST_F(HashdistTest, NothingInsteadOfSomethingIsAnAnswerToo) {
  EXPECT_EQ(error_code_of(hashdist_call(nullptr, "operations", nullptr)), "capi.null");
  EXPECT_EQ(error_code_of(hashdist_call(session_, nullptr, nullptr)), "capi.null");
  EXPECT_EQ(error_code_of(hashdist_open(nullptr, nullptr, nullptr, nullptr)), "capi.null");
  hashdist_session* other = session_;
  EXPECT_EQ(error_code_of(hashdist_open(R"({"confg": 1})", nullptr, nullptr, &other)),
            "document.unknown-field");
  EXPECT_EQ(other, nullptr);
  hashdist_cancel(nullptr);
  hashdist_close(nullptr);
  hashdist_free(nullptr);
}

TEST_F(HashdistTest, ACancelledBuildEndsAndTheSessionGoesOn) {
  heard_.cancels = true;
  Value stopped = call("build", build_request("slow", "exec /bin/sleep 1000"));
  EXPECT_EQ(text(member(stopped, "error"), "kind"), "interrupted");
  heard_.cancels = false;
  EXPECT_NE(call("build", build_request("quick", "true")).find("result"), nullptr);
}

TEST_F(HashdistTest, AListenerThatCallsIsRefusedInsteadOfWaitingForEver) {
  heard_.calls = true;
  EXPECT_NE(call("build", build_request("tool", "true")).find("result"), nullptr);
  EXPECT_EQ(heard_.code_of_call, "capi.from-listener");
}

TEST_F(HashdistTest, CallsOfSeveralThreadsTakeTurns) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::atomic<int> answered = 0;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      Value built = call("build", build_request("tool" + std::to_string(i), "true"));
      if (built.find("result") != nullptr) ++answered;
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(answered, kThreads);
}

TEST_F(HashdistTest, SessionsOfSeveralThreadsWorkAtTheSameTime) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::atomic<int> answered = 0;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      hashdist_session* own = nullptr;
      hashdist_free(hashdist_open(options_.c_str(), nullptr, nullptr, &own));
      std::string request = build_request("tool" + std::to_string(i % 2), "true");
      Value built = read_answer(hashdist_call(own, "build", request.c_str()));
      if (built.find("result") != nullptr) ++answered;
      hashdist_close(own);
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(answered, kThreads);
}

TEST_F(HashdistTest, ClosingEndsWhatRuns) {
  hashdist_session* other = nullptr;
  Heard heard;
  hashdist_free(hashdist_open(options_.c_str(), listen, &heard, &other));
  std::thread caller([&] {
    std::string request = build_request("slow", "exec /bin/sleep 1000");
    EXPECT_EQ(error_code_of(hashdist_call(other, "build", request.c_str())), "interrupted");
  });
  for (bool started = false;
       !started;) { // a call that has not begun must not meet a closed session
    std::this_thread::yield();
    const std::lock_guard lock(heard.mutex);
    started = !heard.events.empty();
  }
  hashdist_close(other);
  caller.join();
}

} // namespace
} // namespace hdist
