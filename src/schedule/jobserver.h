// jobserver.h: GNU make's token protocol, server side: all jobs of a run share its processors.
//
// A token is the right to have one process busy. Each job has a pair of pipes of its own (client
// side: MAKEFLAGS "--jobserver-auth=R,W"): a byte read from R is a token lent, a byte written to W
// gives one back. docs/design/decisions.md, "The jobserver", says why not one pipe for all.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace hdist {

class Jobserver {
  struct State;

public:
  /// Whether the limit of open files leaves room for so many jobs at once: their descriptors lie
  /// above 65, and have 64 and 65 in the job.
  static bool has_room(int jobs);
  explicit Jobserver(int tokens);
  ~Jobserver(); // after all of its clients
  Jobserver(const Jobserver&) = delete;
  Jobserver& operator=(const Jobserver&) = delete;

  /// A running job. It holds one token itself; what it was lent comes back when this is destroyed,
  /// whatever became of its processes, of which none may be left then.
  class Client {
  public:
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;
    ~Client();
    /// The descriptors for the job, in this process: R and W. Close-on-exec, above 65.
    std::pair<int, int> descriptors() const;
    /// Tokens that it was lent and has not given back, those that it has not read yet included.
    int lent() const;

  private:
    friend class Jobserver;
    struct Pipes;
    Client(State& state, std::shared_ptr<Pipes> pipes);
    State* state_;
    std::shared_ptr<Pipes> pipes_; // shared with the list of the state, which the thread reads
  };

  /// Waits until a token is free. Error interrupted "interrupted" when a stop is asked for.
  Client join(std::stop_token stop);

private:
  std::unique_ptr<State> state_;
};

} // namespace hdist
