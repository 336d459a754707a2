#include "base/parallel.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <vector>

namespace hdist {
namespace {

TEST(ParallelFor, DoesEachPieceOnce) {
  for (const int threads : {-1, 0, 1, 3, 64}) {
    std::vector<std::atomic<int>> done(100);
    parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    for (const std::atomic<int>& count : done)
      EXPECT_EQ(count, 1) << threads;
  }
}

TEST(ParallelFor, OfNothingReturns) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, UsesTheCallerAndAtMostSoManyThreads) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(1000, 3, [&](std::size_t) {
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_LE(ids.size(), 3U);
  ids.clear();
  parallel_for(10, 1, [&](std::size_t) { ids.insert(std::this_thread::get_id()); });
  EXPECT_EQ(ids, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(ParallelFor, ThrowsTheFirstErrorAndHandsOutNoMore) {
  std::atomic<int> calls = 0;
  const auto fail_at_third = [&](std::size_t i) {
    ++calls;
    if (i == 3) throw Error(ErrorKind::failed, "x.y", "the third");
    std::this_thread::yield();
  };
  EXPECT_EQ(message_of([&] { parallel_for(1'000'000, 4, fail_at_third); }), "the third");
  EXPECT_LT(calls, 1'000'000);
}

TEST(ParallelFor, KeepsExceptionsThatAreNoErrors) {
  const auto fail = [](std::size_t) { throw std::bad_alloc(); };
  bool caught = false;
  try {
    parallel_for(8, 4, fail);
  } catch (const std::bad_alloc&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
}

TEST(AvailableCpus, IsAtLeastOne) {
  EXPECT_GE(available_cpus(), 1);
}

TEST(AvailableCpus, SlurmCanOnlyLowerIt) {
  const char* old = std::getenv("SLURM_CPUS_ON_NODE");
  const std::string kept = old == nullptr ? "" : old;
  ::setenv("SLURM_CPUS_ON_NODE", "1", 1);
  EXPECT_EQ(available_cpus(), 1);
  ::unsetenv("SLURM_CPUS_ON_NODE");
  const int without = available_cpus();
  for (const char* value : {"1000000", "0", "-3", "many", "99999999999999999999"}) {
    ::setenv("SLURM_CPUS_ON_NODE", value, 1);
    EXPECT_EQ(available_cpus(), without) << value;
  }
  if (old == nullptr) {
    ::unsetenv("SLURM_CPUS_ON_NODE");
  } else {
    ::setenv("SLURM_CPUS_ON_NODE", kept.c_str(), 1);
  }
}

TEST(CgroupCpuLimit, OfVersion2IsTheLeastOnTheWayUp) {
  const TempDir tmp;
  write_file(tmp.path() + "/proc/self/cgroup", "0::/a.slice/b.scope\n");
  write_file(tmp.path() + "/sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), std::nullopt);
  write_file(tmp.path() + "/sys/fs/cgroup/a.slice/cpu.max", "250000 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), 3);
  write_file(tmp.path() + "/sys/fs/cgroup/a.slice/b.scope/cpu.max", "50000 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), 1);
}

TEST(CgroupCpuLimit, InAContainerIsThatOfTheMount) {
  const TempDir tmp;
  write_file(tmp.path() + "/proc/self/cgroup", "0::/../../elsewhere\n");
  write_file(tmp.path() + "/sys/fs/cgroup/cpu.max", "400000 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), 4);
}

TEST(CgroupCpuLimit, OfVersion1IsTheQuotaOfItsCpuController) {
  const TempDir tmp;
  write_file(tmp.path() + "/proc/self/cgroup", "9:memory:/job\n4:cpu,cpuacct:/job/step\n0::/\n");
  write_file(tmp.path() + "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n");
  write_file(tmp.path() + "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  write_file(tmp.path() + "/sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_quota_us", "-1\n");
  write_file(tmp.path() + "/sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), 2);
}

TEST(CgroupCpuLimit, OfNonsenseIsNone) {
  const TempDir tmp;
  EXPECT_EQ(cgroup_cpu_limit(tmp.path() + "/no"), std::nullopt);
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), std::nullopt);
  write_file(tmp.path() + "/proc/self/cgroup", "nonsense\n0:\n::::\n0::/x\n");
  write_file(tmp.path() + "/sys/fs/cgroup/x/cpu.max", "0 0\n");
  EXPECT_EQ(cgroup_cpu_limit(tmp.path()), std::nullopt);
}

} // namespace
} // namespace hdist
