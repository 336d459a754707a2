#include "base/race.h"

#include "base/error.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace hdist {

using Clock = RaceStep::Clock;

RaceStep next_race_step(const std::vector<RaceStep::Running>& running, bool has_more,
                        const RaceOptions& options, Clock::time_point now) {
  const RaceStep wait{.kind = RaceStep::Kind::wait, .index = 0, .until = {}};
  if (!has_more) return wait;
  Clock::time_point due = now;
  for (const RaceStep::Running& lane : running) {
    if (lane.gets_on || lane.is_leaving) return wait; // until it says more, or ends
    due = std::max(due, lane.since + options.patience);
  }
  if (due > now) return {.kind = RaceStep::Kind::wait, .index = 0, .until = due};
  if (running.size() < static_cast<std::size_t>(std::max(options.at_once, 1)))
    return {.kind = RaceStep::Kind::start, .index = 0, .until = {}};
  if (!options.makes_room) return wait;
  return {.kind = RaceStep::Kind::make_room, .index = running.front().index, .until = {}};
}

class Race {
public:
  Race(std::size_t count, const RaceOptions& options,
       const std::function<bool(std::size_t, const Lane&)>& attempt, std::stop_token stop)
      : options_(options), attempt_(attempt), outer_(std::move(stop)), stops_(count) {}

  std::optional<std::size_t> run() {
    {
      std::vector<std::jthread> threads; // joined at the end of the block
      std::unique_lock lock(mutex_);
      while (!is_over()) {
        const RaceStep step =
            next_race_step(running_, next_ < stops_.size(), options_, Clock::now());
        if (step.kind == RaceStep::Kind::start)
          start(threads, lock);
        else if (step.kind == RaceStep::Kind::make_room)
          make_room(step.index);
        else
          await_change(lock, step.until);
      }
      stop_all();
    }
    if (!winner_ && thrown_) std::rethrow_exception(thrown_);
    return winner_;
  }

  void set_gets_on(std::size_t index, bool gets_on) {
    std::scoped_lock lock(mutex_);
    RaceStep::Running& lane = *place_of(index);
    if (!gets_on) lane.since = Clock::now();
    lane.gets_on = gets_on;
    change();
  }

  bool finish(std::size_t index, const std::function<bool()>& work) {
    std::scoped_lock alone(finishing_);
    if (stops_[index].stop_requested()) return false;
    if (work()) win(index);
    return true;
  }

private:
  bool is_over() const {
    return winner_ || thrown_ || outer_.stop_requested() ||
           (running_.empty() && next_ == stops_.size());
  }

  std::vector<RaceStep::Running>::iterator place_of(std::size_t index) {
    return std::find_if(running_.begin(), running_.end(),
                        [&](const RaceStep::Running& lane) { return lane.index == index; });
  }

  void change() {
    has_changed_ = true;
    changed_.notify_all();
  }

  void await_change(std::unique_lock<std::mutex>& lock,
                    const std::optional<Clock::time_point>& until) {
    has_changed_ = false;
    const auto is_due = [&] { return has_changed_; };
    if (until)
      changed_.wait_until(lock, outer_, *until, is_due);
    else
      changed_.wait(lock, outer_, is_due);
  }

  void start(std::vector<std::jthread>& threads, std::unique_lock<std::mutex>& lock) {
    const std::size_t index = next_++;
    running_.push_back({.index = index, .since = Clock::now()});
    const bool is_last_alone = running_.size() == 1 && next_ == stops_.size();
    if (!is_last_alone) {
      try {
        threads.emplace_back([this, index] { run_lane(index); });
        return;
      } catch (const std::system_error&) { // NOLINT(bugprone-empty-catch): no more threads; here
      }
    }
    lock.unlock();
    run_lane(index);
    lock.lock();
  }

  void make_room(std::size_t index) {
    place_of(index)->is_leaving = true;
    stops_[index].request_stop();
  }

  void run_lane(std::size_t index) {
    const Lane lane(*this, index, outer_, stops_[index].get_token());
    const std::stop_callback pass_on(outer_, [&] { stops_[index].request_stop(); });
    std::exception_ptr thrown;
    bool has_succeeded = false;
    try {
      has_succeeded = attempt_(index, lane);
    } catch (const Error& error) {
      const bool was_told = error.kind() == ErrorKind::interrupted && lane.is_beaten();
      if (!was_told) thrown = std::current_exception();
    } catch (...) {
      thrown = std::current_exception();
    }
    if (has_succeeded) win(index);
    std::scoped_lock lock(mutex_);
    if (thrown && !thrown_) thrown_ = thrown;
    running_.erase(place_of(index));
    change();
  }

  void win(std::size_t index) {
    std::scoped_lock lock(mutex_);
    if (!winner_) winner_ = index;
    stop_all();
    change();
  }

  /// But the one that has succeeded.
  void stop_all() {
    for (const RaceStep::Running& lane : running_)
      if (lane.index != winner_) stops_[lane.index].request_stop();
  }

  const RaceOptions& options_;
  const std::function<bool(std::size_t, const Lane&)>& attempt_;
  std::stop_token outer_;
  std::vector<std::stop_source> stops_; // by index
  std::mutex finishing_;                // taken before mutex_
  std::mutex mutex_;                    // all below
  std::condition_variable_any changed_;
  bool has_changed_ = false;
  std::vector<RaceStep::Running> running_; // in the order they began
  std::size_t next_ = 0;
  std::optional<std::size_t> winner_;
  std::exception_ptr thrown_;
};

void Lane::gets_on() const {
  if (race_ != nullptr) race_->set_gets_on(index_, true);
}

void Lane::waits() const {
  gets_on();
}

void Lane::goes_on() const {
  if (race_ != nullptr) race_->set_gets_on(index_, false);
}

bool Lane::finish(const std::function<bool()>& finish) const {
  if (race_ != nullptr) return race_->finish(index_, finish);
  if (stop_.stop_requested()) return false;
  finish();
  return true;
}

std::optional<std::size_t> run_race(std::size_t count, const RaceOptions& options,
                                    const std::function<bool(std::size_t, const Lane&)>& attempt,
                                    const std::stop_token& stop) {
  return Race(count, options, attempt, stop).run();
}

} // namespace hdist
