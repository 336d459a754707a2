// net_testing.h: servers on the loopback interface that answer as told, late, partly, or not at
// all. For tests only.
#pragma once

#include "base/dir.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hdist {

/// A listening TCP socket on all loopback addresses.
class Listener {
public:
  explicit Listener(int backlog) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY); // 127.0.0.1, 127.0.0.2, ...
    socklen_t size = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd_.get(), plain, size) != 0 || listen(fd_.get(), backlog) != 0 ||
        getsockname(fd_.get(), plain, &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
  }
  int fd() const { return fd_.get(); }
  int port() const { return port_; }

private:
  Fd fd_;
  int port_ = 0;
};

/// One connection of TestServer: what was asked, and a way to say something.
struct Connection {
  int fd = -1;
  std::string path;     // "/a"
  std::string request;  // all lines of the head
  std::stop_token stop; // the test is over

  void say(std::string_view text) const {
    while (!text.empty()) {
      ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return; // the client went away
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void answer(std::string_view body, const std::string& more_lines = "") const {
    say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_lines +
        "\r\n");
    say(body);
  }
  void redirect(const std::string& to) const {
    say("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 4\r\n\r\nmove");
  }
  /// Until the test is over.
  void say_nothing() const {
    while (!stop.stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
};

/// Calls `handler` for each connection, in a thread of its own, and closes it then.
class TestServer {
public:
  using Handler = std::function<void(const Connection&)>;
  explicit TestServer(Handler handler) : listener_(16), handler_(std::move(handler)) {
    accepting_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    accepting_.request_stop();
    accepting_.join();
    threads_.clear();
  }
  int port() const { return listener_.port(); }
  std::string url(const std::string& path, const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port()) + path;
  }
  std::vector<std::string> paths() const {
    std::scoped_lock lock(mutex_);
    return paths_;
  }

private:
  void accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd wait{listener_.fd(), POLLIN, 0};
      if (poll(&wait, 1, 10) <= 0) continue;
      Fd fd(accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) continue;
      threads_.emplace_back(
          [this, raw = fd.release()](const std::stop_token& over) { serve(Fd(raw), over); });
    }
  }

  void serve(Fd fd, const std::stop_token& over) {
    Connection connection{fd.get(), "", "", over};
    std::string& head = connection.request;
    while (head.find("\r\n\r\n") == std::string::npos) {
      char c = 0;
      if (recv(fd.get(), &c, 1, 0) != 1) return;
      head += c;
    }
    std::size_t start = head.find(' ') + 1;
    connection.path = head.substr(start, head.find(' ', start) - start);
    {
      std::scoped_lock lock(mutex_);
      paths_.push_back(connection.path);
    }
    handler_(connection);
  }

  Listener listener_;
  Handler handler_;
  mutable std::mutex mutex_;
  std::vector<std::string> paths_;
  std::vector<std::jthread> threads_;
  std::jthread accepting_;
};

/// An address that swallows attempts to connect: a listening socket that never accepts and whose
/// queue is full.
class BlackHole {
public:
  BlackHole() : listener_(0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(listener_.port()));
    for (int i = 0; i < 8; ++i) {
      Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
      waiting_.push_back(std::move(fd));
    }
  }
  int port() const { return listener_.port(); }

private:
  Listener listener_;
  std::vector<Fd> waiting_;
};

} // namespace hdist
