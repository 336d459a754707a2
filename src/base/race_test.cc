#include "base/race.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace hdist {
namespace {

using Clock = RaceStep::Clock;
using Kind = RaceStep::Kind;
using std::chrono::milliseconds;

Clock::time_point at(int ms) {
  return Clock::time_point() + std::chrono::hours(1) + milliseconds(ms);
}

const RaceOptions kOptions{.patience = milliseconds(2000), .at_once = 2, .makes_room = true};

RaceStep step(const std::vector<RaceStep::Running>& running, int now_ms,
              const RaceOptions& options = kOptions) {
  return next_race_step(running, true, options, at(now_ms));
}

TEST(RaceStep, TheNextBeginsWhenNoneRunsOrAllAreSlow) {
  EXPECT_EQ(step({}, 0).kind, Kind::start);
  EXPECT_EQ(step({{.index = 0, .since = at(0)}}, 1999).until, at(2000));
  EXPECT_EQ(step({{.index = 0, .since = at(0)}}, 2000).kind, Kind::start);
}

TEST(RaceStep, NoneBeginsBesideOneThatGetsOn) {
  const RaceStep found = step({{.index = 0, .since = at(0), .gets_on = true}}, 9000);
  EXPECT_EQ(found.kind, Kind::wait);
  EXPECT_FALSE(found.until);
  EXPECT_EQ(next_race_step({{.index = 0, .since = at(0)}}, false, kOptions, at(9000)).kind,
            Kind::wait);
}

TEST(RaceStep, WhenAllPlacesAreTakenTheFirstMakesRoomForTheNext) {
  std::vector<RaceStep::Running> both = {{.index = 3, .since = at(0)},
                                         {.index = 4, .since = at(2000)}};
  EXPECT_EQ(step(both, 3999).until, at(4000));
  EXPECT_EQ(step(both, 4000), (RaceStep{.kind = Kind::make_room, .index = 3, .until = {}}));
  RaceOptions patient = kOptions;
  patient.makes_room = false;
  EXPECT_EQ(step(both, 4000, patient).kind, Kind::wait);
  both[0].is_leaving = true;
  EXPECT_EQ(step(both, 9000).kind, Kind::wait);
}

void wait_for(const std::atomic<bool>& flag) {
  while (!flag)
    std::this_thread::sleep_for(milliseconds(1));
}
void wait_for_stop(const Lane& lane) {
  while (!lane.stop().stop_requested())
    std::this_thread::sleep_for(milliseconds(1));
}

TEST(Race, OneAfterTheOtherUntilOneSucceeds) {
  std::vector<std::size_t> begun;
  const RaceOptions patient{.patience = std::chrono::hours(1)};
  EXPECT_EQ(run_race(4, patient,
                     [&](std::size_t i, const Lane&) {
                       begun.push_back(i);
                       return i == 2;
                     },
                     {}),
            2U);
  EXPECT_EQ(begun, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(run_race(2, patient, [](std::size_t, const Lane&) { return false; }, {}), std::nullopt);
}

TEST(Race, WhoSucceedsFirstEndsTheOthers) {
  std::atomic<int> beaten = 0;
  EXPECT_EQ(run_race(3, {.patience = milliseconds(0)},
                     [&](std::size_t i, const Lane& lane) {
                       if (i == 2) return true;
                       wait_for_stop(lane);
                       beaten += lane.is_beaten() ? 1 : 0;
                       throw Error(ErrorKind::interrupted, "stopped", "stopped");
                     },
                     {}),
            2U);
  EXPECT_EQ(beaten, 2);
}

TEST(Race, OnlyOneFinishes) {
  std::atomic<int> ready = 0, finished = 0;
  run_race(3, {.patience = milliseconds(0)},
           [&](std::size_t, const Lane& lane) {
             ++ready;
             while (ready < 3)
               std::this_thread::sleep_for(milliseconds(1));
             bool has_finished = lane.finish([&] { return ++finished > 0; });
             EXPECT_NE(has_finished, lane.is_beaten());
             return has_finished;
           },
           {});
  EXPECT_EQ(finished, 1);
}

TEST(Race, WhatIsThrownEndsAll) {
  std::atomic<bool> runs = false;
  EXPECT_THROW(run_race(3, {.patience = milliseconds(0)},
                        [&](std::size_t i, const Lane& lane) {
                          if (i == 0) {
                            runs = true;
                            wait_for_stop(lane);
                            return false;
                          }
                          wait_for(runs);
                          throw std::runtime_error("a full disk");
                        },
                        {}),
               std::runtime_error);
}

TEST(Race, EndsWhenAsked) {
  std::stop_source stop;
  std::atomic<int> told = 0;
  EXPECT_EQ(run_race(
                2, {.patience = milliseconds(0)},
                [&](std::size_t i, const Lane& lane) {
                  if (i == 1) stop.request_stop();
                  wait_for_stop(lane);
                  told += lane.is_beaten() ? 0 : 1;
                  return false;
                },
                stop.get_token()),
            std::nullopt);
  EXPECT_EQ(told, 2);
}

TEST(Lane, AloneItFinishesUnlessItIsToStop) {
  std::stop_source stop;
  const Lane lane(stop.get_token());
  lane.gets_on();
  EXPECT_TRUE(lane.finish([] { return true; }));
  stop.request_stop();
  EXPECT_FALSE(lane.finish([] { return true; }));
  EXPECT_FALSE(lane.is_beaten());
}

} // namespace
} // namespace hdist
