// race.h: alternatives in their order, the next one beside those that are slow; the first that
// succeeds ends the others.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace hdist {

struct RaceOptions {
  std::chrono::milliseconds patience{2'000}; // with those that do not get on; then the next begins
  int at_once = 3;
  /// When all places are taken by slow ones and more wait, the one that began first makes room.
  bool makes_room = true;
};

class Race;

/// What one alternative is told, and what it tells.
class Lane {
public:
  /// One that runs alone.
  explicit Lane(std::stop_token stop = {}) : outer_(stop), stop_(std::move(stop)) {}
  const std::stop_token& stop() const { return stop_; }
  /// It is to stop, but not all is: another has succeeded, or waits for its place.
  bool is_beaten() const { return stop_.stop_requested() && !outer_.stop_requested(); }
  /// It is not slow: none is started because of it.
  void gets_on() const;
  /// It waits for its turn at something that others of this process use, and goes on from there:
  /// meanwhile it is not slow.
  void waits() const;
  void goes_on() const;
  /// Calls `finish`, which says whether it succeeded: one lane at a time, and none after one that
  /// succeeded. False: not called, because it is to stop.
  bool finish(const std::function<bool()>& finish) const;

private:
  friend class Race;
  Lane(Race& race, std::size_t index, std::stop_token outer, std::stop_token stop)
      : race_(&race), index_(index), outer_(std::move(outer)), stop_(std::move(stop)) {}
  Race* race_ = nullptr; // not when it runs alone
  std::size_t index_ = 0;
  std::stop_token outer_, stop_;
};

/// The one that succeeded; nullopt: none did, or the token asked. `attempt` is called from several
/// threads and says whether it succeeded. An exception of a lane that was not told to stop ends all
/// and is thrown.
std::optional<std::size_t> run_race(std::size_t count, const RaceOptions& options,
                                    const std::function<bool(std::size_t, const Lane&)>& attempt,
                                    const std::stop_token& stop);

/// What is to be done now, as a value. For the race itself, and tests without a clock.
struct RaceStep {
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::size_t index = 0;
    Clock::time_point since;
    bool gets_on = false;
    bool is_leaving = false; // was told to make room
  };
  enum class Kind { start, make_room, wait } kind = Kind::wait;
  std::size_t index = 0;                  // of who makes room
  std::optional<Clock::time_point> until; // of a wait, when more is to be done then
  friend bool operator==(const RaceStep&, const RaceStep&) = default;
};
/// `running` in the order they began; `has_more`: some wait.
RaceStep next_race_step(const std::vector<RaceStep::Running>& running, bool has_more,
                        const RaceOptions& options, RaceStep::Clock::time_point now);

} // namespace hdist
